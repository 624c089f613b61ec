"""The local post office: takes every mail offered on this machine and files it in a Maildir.

    python -m local.catcher --maildir var/mail --announce var/catcher.port

It listens on a free port of 127.0.0.1 and writes that port to the announce file once it
listens. Nothing goes any further, so a laptop never mails anyone. It knows no Django, so
that it is up before anything else has started.
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
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
# Two refusals that aiosmtpd has by default and a catcher of everything must not have: of
# lines over 1,000 bytes, and of mails over 32 MB.
LONGEST_LINE = 16 * 2**20
LARGEST_MAIL = 256 * 2**20
# How long a stop waits for a mail that is still being handed over.
LAST_MAIL_SECONDS = 10.0

log = logging.getLogger("local.catcher")


class Maildir:
    """Files mails as they came, byte for byte; aiosmtpd's own Mailbox handler rewrites them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    def store(self, content: bytes) -> Path:
        """Write `content` as one new mail; whoever reads new/ sees it whole or not at all."""
        name = self._name(time.time_ns())
        draft = self.folder / "tmp" / name
        draft.write_bytes(content)
        return draft.rename(self.folder / "new" / name)

    def _name(self, nanoseconds: int) -> str:
        """Unique by time, process and number, and in order of time when sorted as text."""
        seconds, rest = divmod(nanoseconds, 10**9)
        return f"{seconds}.M{rest // 1000:06d}P{os.getpid()}Q{next(self._numbers)}.catcher"


class Handler:
    """What aiosmtpd asks of us: the extensions to offer, and where a mail goes."""

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
        """Offer PIPELINING too: aiosmtpd answers in order from one buffer, so it can keep it."""
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
            raise TypeError(f"aiosmtpd handed over {type(content).__name__}, not bytes")
        try:
            stored = self.maildir.store(content)
        except OSError as error:
            log.exception("A mail could not be written")
            return f"452 4.3.1 Not stored: {error.strerror}"
        log.info("%s for %s", stored.name, ", ".join(envelope.rcpt_tos))
        return "250 OK"


class Conversation(SMTP):
    """One client. It knows whether a mail is being handed over right now."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler: Handler, open_ones: set[Conversation]) -> None:
        super().__init__(
            handler,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Trending Papers local mailbox",
            loop=asyncio.get_running_loop(),
        )
        self.has_mail_in_hand = False
        self._open_ones = open_ones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open_ones.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_ones.discard(self)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Receive and answer one mail; a stop waits for this."""
        self.has_mail_in_hand = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.has_mail_in_hand = False

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()  # what is written already still goes out


async def catch(maildir: Maildir, announce: Path) -> None:
    """Take mail until SIGTERM or SIGINT, then finish the mails in hand and leave."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    handler = Handler(maildir)
    open_ones: set[Conversation] = set()
    server = await loop.create_server(lambda: Conversation(handler, open_ones), HOST, 0)
    _announce(announce, server.sockets[0].getsockname()[1])
    await stop.wait()
    announce.unlink(missing_ok=True)
    server.close()
    await _finish(open_ones)


async def _finish(open_ones: set[Conversation]) -> None:
    """Hang up on everyone, as soon as each has no mail in hand."""
    deadline = time.monotonic() + LAST_MAIL_SECONDS
    while open_ones:
        for conversation in list(open_ones):
            if not conversation.has_mail_in_hand or time.monotonic() > deadline:
                conversation.hang_up()
        await asyncio.sleep(0.01)


def _announce(path: Path, port: int) -> None:
    """Write the port so that a reader sees no half-written number."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(f"{port}\n")
    draft.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the catcher; the exit status is 1 when the folder or the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m local.catcher", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--maildir", type=Path, required=True, help="where mails are filed")
    parser.add_argument("--announce", type=Path, required=True, help="gets the port number")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    log.setLevel(logging.INFO)
    try:
        asyncio.run(catch(Maildir(options.maildir), options.announce))
    except OSError as error:
        print(f"The mail catcher cannot run: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
