"""A small LMTP server (RFC 2033): a mail server such as Postfix hands incoming mail over to it.

For each recipient the sender learns whether the mail was taken in. "Later" (4xx) makes it keep the
mail and try again, for days, so that nothing is lost while the database is away. It never says
"never" (5xx) of a mail: a report of a bounce has no sender to whom that could be said.

It offers no encryption and no login: it listens on this machine or in a private network only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from mail.receiving import LARGEST

# Takes in one mail for one recipient of its envelope; False: it is to be sent again later.
TakeIn = Callable[[bytes, str], Awaitable[bool]]

MOST_CONNECTIONS: Final = 50
MOST_RECIPIENTS: Final = 100
_LONGEST_LINE: Final = 2048
_MOST_ERRORS: Final = 20  # commands of one connection that were none
_IDLE_SECONDS: Final = 300.0
_CHUNK: Final = 64 * 1024
_END: Final = b"\r\n.\r\n"
_MAIL: Final = re.compile(rb"MAIL FROM: ?<([^<>\r\n]*)>(?: .*)?", re.IGNORECASE | re.DOTALL)
_RCPT: Final = re.compile(rb"RCPT TO: ?<([^<>\r\n]+)>(?: .*)?", re.IGNORECASE | re.DOTALL)


class LmtpServer:
    """Serves connections; each mail goes to `take_in`, once for each of its recipients."""

    def __init__(self, take_in: TakeIn, name: str) -> None:
        """`name`: by which it introduces itself."""
        self._take_in, self._name = take_in, name
        self._connections = 0

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Begin to accept connections."""
        return await asyncio.start_server(self._serve, host, port, limit=_CHUNK)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            with suppress(OSError, EOFError, TimeoutError):
                if self._connections > MOST_CONNECTIONS:
                    writer.write(b"421 4.3.2 too many connections\r\n")
                    await writer.drain()
                else:
                    await _Session(_Peer(reader, writer), self._take_in, self._name).run()
        finally:
            self._connections -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class _Peer:
    """Lines and contents of one connection, within bounds of size and time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._unread = bytearray()

    async def line(self) -> bytes | None:
        """The next line without its end; None if it is too long, and then it is left out.

        Raises:
            EOFError: the connection was closed. TimeoutError: it is silent.
        """
        is_long = False
        while (end := self._unread.find(b"\n")) < 0:
            if len(self._unread) > _LONGEST_LINE:
                is_long = True
                self._unread.clear()
            await self._read()
        line = bytes(self._unread[:end]).removesuffix(b"\r")
        del self._unread[: end + 1]
        return None if is_long or len(line) > _LONGEST_LINE else line

    async def content(self) -> bytes:
        """A mail up to its final dot, without its stuffed dots; of a large one the first LARGEST.

        Only a dot between two CRLF ends it: other line ends would let a mail hold another one.
        """
        kept = bytearray(b"\r\n")  # so that a dot in the first line is found like any other
        searched = 0
        while True:
            kept += self._unread
            self._unread.clear()
            end = kept.find(_END, searched)
            if end >= 0:
                self._unread += kept[end + len(_END) :]
                content = bytes(kept[: end + 2]).replace(b"\r\n..", b"\r\n.")
                return content[2 : LARGEST + 2]
            if len(kept) > LARGEST + 2 * _CHUNK:
                # The end may begin in the last four bytes; what is between is not kept. The letter
                # keeps both sides from looking like the end together.
                kept[LARGEST + _CHUNK : -4] = b"x"
            searched = max(0, len(kept) - 4)
            await self._read()

    async def _read(self) -> None:
        chunk = await asyncio.wait_for(self._reader.read(_CHUNK), _IDLE_SECONDS)
        if not chunk:
            raise EOFError
        self._unread += chunk

    async def write(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await asyncio.wait_for(self._writer.drain(), _IDLE_SECONDS)


class _Session:
    """The commands of one connection."""

    def __init__(self, peer: _Peer, take_in: TakeIn, name: str) -> None:
        self._peer, self._take_in, self._name = peer, take_in, name
        self._sender: bytes | None = None
        self._recipients: list[str] = []
        self._errors = 0

    async def run(self) -> None:
        await self._peer.write(f"220 {self._name} LMTP")
        while self._errors < _MOST_ERRORS:
            line = await self._peer.line()
            verb = b"" if line is None else line.partition(b" ")[0].upper()
            if verb == b"QUIT":
                await self._peer.write("221 2.0.0 bye")
                return
            if verb == b"DATA" and self._recipients:
                await self._data()
            else:
                await self._answer(verb, line or b"")
        await self._peer.write("421 4.7.0 too many errors")

    async def _answer(self, verb: bytes, line: bytes) -> None:
        if verb == b"LHLO":
            self._reset()
            features = ("250-PIPELINING", "250-8BITMIME", "250 ENHANCEDSTATUSCODES")
            await self._peer.write(f"250-{self._name}", *features)
            return
        reply = {b"MAIL": self._mail, b"RCPT": self._rcpt, b"RSET": self._rset}.get(verb)
        text = reply(line) if reply else _OTHERS.get(verb, "500 5.5.1 no such command")
        self._errors += text.startswith("5")
        await self._peer.write(text)

    def _mail(self, line: bytes) -> str:
        found = _MAIL.fullmatch(line)
        if found is None:
            return "501 5.5.4 MAIL FROM:<address>"
        self._reset()
        self._sender = found[1]
        return "250 2.1.0 ok"

    def _rcpt(self, line: bytes) -> str:
        found = _RCPT.fullmatch(line)
        if self._sender is None:
            return "503 5.5.1 MAIL comes first"
        if found is None:
            return "501 5.5.4 RCPT TO:<address>"
        if len(self._recipients) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        self._recipients.append(found[1].decode("utf-8", "replace"))
        return "250 2.1.5 ok"

    def _rset(self, _line: bytes) -> str:
        self._reset()
        return "250 2.0.0 ok"

    async def _data(self) -> None:
        """One reply for each recipient that was accepted, in their order.

        The last server on the way notes the sender of the envelope in the mail (RFC 5321, 4.4): a
        mail without one was written by a program.
        """
        await self._peer.write("354 end with a dot")
        content = b"Return-Path: <%b>\r\n" % (self._sender or b"") + await self._peer.content()
        for recipient in self._recipients:
            is_taken = await self._take_in(content, recipient)
            await self._peer.write("250 2.0.0 taken" if is_taken else "451 4.3.0 later")
        self._reset()

    def _reset(self) -> None:
        self._sender, self._recipients = None, []


_OTHERS: Final = {
    b"NOOP": "250 2.0.0 ok",
    b"VRFY": "252 2.5.0 try",
    b"DATA": "503 5.5.1 RCPT comes first",
    b"HELO": "500 5.5.1 this is LMTP: LHLO",
    b"EHLO": "500 5.5.1 this is LMTP: LHLO",
}
