"""OpenDKIM of Debian's package: as a milter that signs for a mail server, and as a verifier.

apt-get install --no-install-recommends opendkim
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fakes.postfix import HOST, free_port, listens, wait_for

# What docs/providers.md says: without these lines List-Unsubscribe-Post is not signed.
SIGNING: Final = """
Canonicalization relaxed/relaxed
SignHeaders *,+list-unsubscribe-post,+feedback-id,+auto-submitted
OversignHeaders From,To,Subject,Date
"""
_PATH: Final = "/usr/sbin:/usr/bin"


def missing() -> str:
    """Why it cannot run here; empty if it can."""
    if shutil.which("opendkim", path=_PATH) is None:
        return "opendkim is missing: apt-get install --no-install-recommends opendkim"
    return ""


def is_valid(content: bytes, name: str, record: str) -> bool:
    """Whether OpenDKIM takes the signature of a message for valid.

    Args:
        name: where the key is published, such as `s._domainkey.example.org`.
        record: the TXT record there.
    """
    with tempfile.TemporaryDirectory(prefix="opendkim-") as folder:
        message, keys = Path(folder, "message"), Path(folder, "keys")
        message.write_bytes(content)
        keys.write_text(f"{name} {record}\n")
        config = _config(folder, f"Mode v\nTestPublicKeys {keys}\n")
        command = ["/usr/sbin/opendkim", "-x", str(config), "-t", str(message), "-v"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "succeeded" in done.stdout + done.stderr


@contextmanager
def signing_milter(pem: str, domain: str, selector: str, more: str = SIGNING) -> Iterator[int]:
    """The port of a milter that signs all mail of a domain; `more`: lines of opendkim.conf."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="opendkim-") as folder:
        key = Path(folder, "key.pem")
        key.write_text(pem)
        key.chmod(0o600)
        lines = (
            f"Mode s\nRequireSafeKeys no\nSocket inet:{port}@{HOST}\nInternalHosts {HOST}\n{more}"
        )
        lines += f"Domain {domain}\nSelector {selector}\nKeyFile {key}\n"
        command = ["/usr/sbin/opendkim", "-f", "-x", str(_config(folder, lines))]
        with subprocess.Popen(command) as process:
            try:
                wait_for(lambda: listens(port), "opendkim")
                yield port
            finally:
                process.terminate()


def _config(folder: str, lines: str) -> Path:
    file = Path(folder, "opendkim.conf")
    file.write_text(f"Syslog no\n{lines}")
    return file
