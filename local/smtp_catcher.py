"""An SMTP server that stores every mail in a Maildir and relays none: no mail leaves a laptop.

    python -m local.smtp_catcher --maildir var/mail --announce var/catcher.port

It listens on 127.0.0.1, on `--port` or on a free port, and writes the port to the announce file
once it listens. It imports no Django, so that it is ready before the other processes start.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
# aiosmtpd refuses lines over 1,000 bytes and mails over 32 MB by default; a server that accepts
# every mail must not.
LONGEST_LINE = 16 * 2**20
LARGEST_MAIL = 256 * 2**20
# How long a stop waits for a mail that a client is still sending.
LAST_MAIL_SECONDS = 10.0

log = logging.getLogger("local.smtp_catcher")


class Maildir:
    """Stores mails byte for byte; aiosmtpd's own Mailbox handler would rewrite them.

    Only the owner can read them, whatever the umask is: each holds a reader's address and the
    links to their page. What an earlier version has stored becomes private at the start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        for part in (folder, *(folder / name for name in ("tmp", "new", "cur"))):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.chmod(0o700)
            for file in part.iterdir():
                with suppress(FileNotFoundError):  # another process may have moved it
                    if file.is_file() and not file.is_symlink():
                        file.chmod(0o600)

    def store(self, content: bytes) -> Path:
        """Write `content` as one new mail; new/ shows it whole or not at all."""
        name = self._name(time.time_ns())
        draft = self.folder / "tmp" / name
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        return draft.rename(self.folder / "new" / name)

    def _name(self, nanoseconds: int) -> str:
        """Unique by time, process and number; sorted as text, names are in order of time."""
        seconds, rest = divmod(nanoseconds, 10**9)
        return f"{seconds}.M{rest // 1000:06d}P{os.getpid()}Q{next(self._numbers)}.catcher"


class Handler:
    """aiosmtpd's callbacks: which extensions are offered, and where a mail is stored."""

    def __init__(self, maildir: Maildir) -> None:
        self.maildir = maildir

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Offer PIPELINING too: aiosmtpd answers in order from one buffer, so it is safe."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
    ) -> str:
        content = envelope.original_content
        if not isinstance(content, bytes):  # decode_data is off, so it always is
            raise TypeError(f"aiosmtpd passed {type(content).__name__}, not bytes")
        try:
            stored = self.maildir.store(content)
        except OSError as error:
            log.exception("A mail could not be stored")
            return f"452 4.3.1 Not stored: {error.strerror}"
        log.info("%s for %s", stored.name, ", ".join(envelope.rcpt_tos))
        return "250 OK"


class ClientSession(SMTP):
    """The session of one client; `is_receiving` while the client sends a mail."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler: Handler, sessions: set[ClientSession]) -> None:
        super().__init__(
            handler,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Trending Papers local mailbox",
            loop=asyncio.get_running_loop(),
        )
        self.is_receiving = False
        self._sessions = sessions

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.discard(self)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Receive and answer one mail; a stop waits until this returns."""
        self.is_receiving = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.is_receiving = False

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()  # what is written already is still sent


async def serve(maildir: Maildir, announce: Path, port: int = 0) -> None:
    """Accept mail until SIGTERM or SIGINT, then finish the mails being received and return.

    Port 0 is a free one. Raises OSError when the port is taken.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    handler = Handler(maildir)
    sessions: set[ClientSession] = set()
    server = await loop.create_server(lambda: ClientSession(handler, sessions), HOST, port)
    _announce(announce, server.sockets[0].getsockname()[1])
    await stop.wait()
    announce.unlink(missing_ok=True)
    server.close()
    await _finish(sessions)


async def _finish(sessions: set[ClientSession]) -> None:
    """Close each session as soon as it receives no mail."""
    deadline = time.monotonic() + LAST_MAIL_SECONDS
    while sessions:
        for session in list(sessions):
            if not session.is_receiving or time.monotonic() > deadline:
                session.close()
        await asyncio.sleep(0.01)


def _announce(path: Path, port: int) -> None:
    """Write the port so that no process reads a half-written number."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(f"{port}\n")
    draft.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server; the exit status is 1 when the folder or the port cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m local.smtp_catcher", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--maildir", type=Path, required=True, help="where mails are stored")
    parser.add_argument("--announce", type=Path, required=True, help="file for the port number")
    parser.add_argument("--port", type=int, default=0, help="0, the default, is a free one")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    log.setLevel(logging.INFO)
    try:
        asyncio.run(serve(Maildir(options.maildir), options.announce, options.port))
    except (OSError, OverflowError) as error:  # the latter: no such port number
        print(f"The mail catcher cannot run: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
