"""Dovecot of Debian's packages, as a mailbox on this machine: its own ports, its own folder.

apt-get install --no-install-recommends dovecot-imapd dovecot-lmtpd

It runs as root, as Dovecot has to; its programs change to the users of Debian's packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fakes.postfix import HOST, free_port, listens, wait_for

USER: Final = "reply"
PASSWORD: Final = "pass%word/@:1"  # noqa: S105 (of a test; its signs need a code in a URL)
_NOBODY: Final = 65534
_CONFIGURATION: Final = """
protocols = imap lmtp
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_internal_user = dovecot
default_login_user = dovenull
mail_location = maildir:{folder}/mail/%n
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {uid}
ssl = {ssl}
{files}
disable_plaintext_auth = no
auth_username_chars =
auth_failure_delay = 0
auth_mechanisms = plain login
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
lda_original_recipient_header = X-Original-To
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={folder}/mail/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    address = {host}
    port = {imap}
  }}
  inet_listener imaps {{
    address = {host}
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  # Otherwise all logins wait for seconds after a wrong one.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = {host}
    port = {lmtp}
  }}
}}
auth_username_format = %Ln
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """One that runs: its folder, its certificate with the key, its ports."""

    folder: Path
    certificate: tuple[Path, Path] | None
    imap: int
    imaps: int
    lmtp: int


def missing() -> str:
    """Why it cannot run here; empty if it can."""
    if (
        shutil.which("dovecot", path="/usr/sbin") is None
        or not Path("/usr/lib/dovecot/lmtp").exists()
    ):
        return "dovecot is missing: apt-get install dovecot-imapd dovecot-lmtpd"
    return "" if os.geteuid() == 0 else "dovecot runs as root only"


@contextmanager
def dovecot(certificate: tuple[Path, Path] | None = None) -> Iterator[Dovecot]:
    """A Dovecot whose mailboxes begin empty; each name is a user with PASSWORD.

    Without a certificate (and its key) it offers no encryption.
    """
    # Not a folder of the tests: Dovecot's other users cannot enter those, and the paths of its
    # sockets must be short.
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        os.chown(folder / "mail", _NOBODY, _NOBODY)
        found = Dovecot(folder, certificate, free_port(), free_port(), free_port())
        _configure(found)
        with _running(found):
            yield found


def _configure(found: Dovecot) -> None:
    files = "ssl_cert = <{}\nssl_key = <{}".format(*found.certificate or ("", ""))
    text = _CONFIGURATION.format(
        folder=found.folder,
        host=HOST,
        uid=_NOBODY,
        imap=found.imap,
        imaps=found.imaps,
        lmtp=found.lmtp,
        password=PASSWORD.replace("%", "%%"),
        ssl="yes" if found.certificate else "no",
        files=files if found.certificate else "",
    )
    (found.folder / "dovecot.conf").write_text(text)


@contextmanager
def _running(found: Dovecot) -> Iterator[None]:
    command = ["/usr/sbin/dovecot", "-F", "-c", str(found.folder / "dovecot.conf")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: listens(found.imap) and listens(found.lmtp), "dovecot")
            yield
        finally:
            process.terminate()
