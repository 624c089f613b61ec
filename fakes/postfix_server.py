"""Postfix of Debian's package, on this machine: its own port, queue and configuration.

It takes mail for two domains. At READERS there are no mailboxes, and each mail to it is accepted
and then returned to its sender, as servers do that find out later. Mail to INBOUND goes wherever
the caller says: to a mailbox over LMTP, or into a command. It asks no DNS and sends nowhere else.
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

READERS: Final = "readers.test"
INBOUND: Final = "in.papers.test"
_MAIN: Final = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file_prefixes = /tmp
maillog_file = {folder}/log
myhostname = mx.papers.test
myorigin = papers.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_reject_unlisted_recipient = no
virtual_mailbox_domains = {readers}
virtual_mailbox_base = {folder}/none
virtual_mailbox_maps = texthash:{folder}/mailboxes
relay_domains = {inbound}
transport_maps = texthash:{folder}/transport
recipient_delimiter = +
disable_dns_lookups = yes
smtp_host_lookup = native
default_transport = error:nothing leaves this machine
minimal_backoff_time = 1s
queue_run_delay = 1s
papers_destination_recipient_limit = 1
{more}
"""
_MASTER: Final = """
{host}:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
papers unix - n n - 2 pipe
  flags=R user=nobody argv={command}
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """One that runs: its port for mail, and its log."""

    folder: Path
    port: int

    @property
    def log(self) -> str:
        """What it did, a line each."""
        return (self.folder / "log").read_text()


def missing() -> str:
    """Why it cannot run here; empty if it can."""
    if shutil.which("postfix", path="/usr/sbin") is None:
        return "postfix is missing: apt-get install --no-install-recommends postfix"
    return "" if os.geteuid() == 0 else "postfix runs as root only"


@contextmanager
def postfix(transport: str, *, command: str = "/bin/false", more: str = "") -> Iterator[Postfix]:
    """A Postfix that delivers INBOUND over `transport`: lmtp:inet:127.0.0.1:24, or papers:.

    Args:
        command: what the transport `papers` runs, as user nobody, with the mail on its input.
        more: lines of main.cf.
    """
    # Not a folder of the tests: Postfix's own users cannot enter those.
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        found = Postfix(Path(name), free_port())
        _configure(found, transport, command, more)
        with _running(found):
            yield found


def _configure(found: Postfix, transport: str, command: str, more: str) -> None:
    folder = found.folder
    folder.chmod(0o755)
    for name in ("queue", "data", "none"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    main = _MAIN.format(folder=folder, readers=READERS, inbound=INBOUND, more=more)
    (folder / "main.cf").write_text(main)
    master = _MASTER.format(host=HOST, port=found.port, command=command)
    (folder / "master.cf").write_text(master)
    (folder / "mailboxes").write_text("")
    (folder / "transport").write_text(f"{INBOUND} {transport}\n")


@contextmanager
def _running(found: Postfix) -> Iterator[None]:
    """From `postfix start` to `postfix stop`, both with its own configuration."""
    _postfix(found, "start")
    try:
        wait_for(lambda: listens(found.port), "postfix")
        yield
    finally:
        _postfix(found, "stop")


def _postfix(found: Postfix, verb: str) -> None:
    command = ["/usr/sbin/postfix", "-c", str(found.folder), verb]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"postfix {verb}: {done.stdout}{done.stderr}")
