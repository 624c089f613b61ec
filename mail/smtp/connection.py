"""One connection to an SMTP server: bytes out, replies in.

smtplib connects, encrypts and logs in (mail/smtp/opening.py). From then on this module uses
its socket: smtplib waits for every reply and reads every line of a message, and both cost more
than the message itself.
"""

from __future__ import annotations

import contextlib
import math
import re
import select
import smtplib
import socket
import ssl
from time import monotonic
from typing import Final, NamedTuple, cast

_LINE: Final = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?$", re.DOTALL)
# Nearly all replies: one complete line.
_ONE_LINE: Final = re.compile(rb"([2-5]\d\d) ([^\r\n]*)\r\n")
_LONGEST_REPLY: Final = 65_536
# One TLS record. Only of the record that was begun is it in doubt whether it arrived.
_RECORD: Final = 16_384


class Reply(NamedTuple):
    """One reply of the server, its lines joined."""

    code: int
    text: bytes

    def __str__(self) -> str:
        return f"{self.code} {self.text.decode(errors='replace')}"[:500]


class ConnectionBroken(Exception):
    """The connection cannot be used any more.

    Args:
        written: when it broke in a `write`, how many of its bytes may have left, at most.
        is_protocol_error: the server was silent or its reply was invalid; it did not just close.
    """

    def __init__(
        self, why: str, *, written: int | None = None, is_protocol_error: bool = False
    ) -> None:
        super().__init__(why)
        self.written = written
        self.is_protocol_error = is_protocol_error


class Connection:
    """Writes commands, and reads one reply after the other. Every wait ends.

    A wait takes at most twice the timeout, also if the server sends byte by byte.
    """

    def __init__(self, smtp: smtplib.SMTP, timeout: float) -> None:
        """`timeout`: seconds to wait for a silent server."""
        self._smtp = smtp
        self._socket = cast("socket.socket", smtp.sock)
        self._socket.settimeout(timeout)
        # Without it the kernel delays a short write until the last one is acknowledged.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_tls = isinstance(self._socket, ssl.SSLSocket)
        self._timeout = timeout
        self._unread = b""
        self._at = 0  # so much of it has been read
        self.offers_pipelining = smtp.has_extn("pipelining")
        self.offers_size = smtp.has_extn("size")
        self.size_limit = _size_limit(smtp)
        self._written_at = monotonic()
        self.latency = math.inf  # seconds of the fastest reply
        self.finished = 0  # messages with a final reply
        self.accepted = 0  # those of them that the server accepted

    def write(self, *parts: bytes) -> None:
        """Write all parts to the socket, in one call where that is possible.

        Raises:
            ConnectionBroken: with `written`.
        """
        if self._is_tls:
            self._write_records(b"".join(parts))
        else:
            self._write_at_once(parts)
        self._written_at = monotonic()

    def _write_at_once(self, parts: tuple[bytes, ...]) -> None:
        written, total = 0, sum(map(len, parts))
        try:
            written = self._socket.sendmsg(parts)
            if written < total:
                rest, deadline = b"".join(parts), monotonic() + self._timeout
                while written < total:
                    _expect_time(deadline)
                    written += self._socket.send(memoryview(rest)[written:])
        except OSError as error:
            raise _broken(error, written=written) from error

    def _write_records(self, content: bytes) -> None:
        """TLS has no `sendmsg`, and does not say how much of a failed write was sent."""
        deadline = monotonic() + self._timeout
        for start in range(0, len(content), _RECORD):
            piece = content[start : start + _RECORD]
            try:
                _expect_time(deadline)
                self._socket.sendall(piece)
            except OSError as error:
                raise _broken(error, written=start + len(piece)) from error

    def read(self) -> Reply:
        """The next reply, of any number of lines and in any number of pieces.

        Raises:
            ConnectionBroken: the server closed, was silent for too long, or sent no valid reply.
        """
        while True:
            found = _ONE_LINE.match(self._unread, self._at)
            if found:
                self._at = found.end()
                return Reply(int(found[1]), found[2])
            if self.has_unread and (reply := self._complete()):
                return reply
            self._receive()

    def has_read(self, expected: re.Pattern[bytes]) -> bool:
        """Consume the received replies if all of them are as expected; else none."""
        found = expected.match(self._unread, self._at)
        if found:
            self._at = found.end()
        return found is not None

    def _receive(self) -> None:
        try:
            if monotonic() > self.deadline and not _readable(self._socket):
                raise TimeoutError("the server is too slow")  # it was not just us who read late
            received = self._socket.recv(4096)
        except OSError as error:
            raise _broken(error) from error
        if not received:
            raise ConnectionBroken("the server hung up")
        self.latency = min(self.latency, monotonic() - self._written_at)
        self._unread, self._at = self._unread[self._at :] + received, 0
        if len(self._unread) > _LONGEST_REPLY:
            raise ConnectionBroken("the server's reply has no end", is_protocol_error=True)

    def _complete(self) -> Reply | None:
        """Consume a complete reply of what was received, if there is one.

        Its lines have one code (RFC 5321, 4.2.1). A second code belongs to another command.
        """
        codes, texts, start = set(), [], self._at
        while (end := self._unread.find(b"\n", start)) >= 0:
            line = self._unread[start:end].rstrip(b"\r")
            found = _LINE.match(line)
            if found:
                codes.add(found[1])
            if not found or len(codes) > 1:
                invalid = line[:100].decode(errors="replace")
                raise ConnectionBroken(
                    f"the server sent {invalid!r}, which is no reply", is_protocol_error=True
                )
            texts.append(found[3] or b"")
            start = end + 1
            if found[2] != b"-":
                self._at = start
                return Reply(int(found[1]), b" ".join(texts))
        return None

    @property
    def deadline(self) -> float:
        """Until when (`time.monotonic`) the server may take to reply to the last write."""
        return self._written_at + self._timeout

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def has_unread(self) -> bool:
        """The server has sent more than was read."""
        if self._at < len(self._unread):
            return True
        return self._is_tls and cast("ssl.SSLSocket", self._socket).pending() > 0

    def last_reply(self) -> Reply | None:
        """The reply that the server sent before it closed in the middle of a content, if any."""
        with contextlib.suppress(OSError, ConnectionBroken):
            self._socket.setblocking(False)
            while received := self._socket.recv(4096):
                self._unread += received
        with contextlib.suppress(ConnectionBroken):
            return self._complete()
        return None

    @property
    def is_idle(self) -> bool:
        """Open, and nothing to read: the server has neither sent a reply unasked nor closed."""
        if self.has_unread:
            return False
        try:
            return not _readable(self._socket)
        except (OSError, ValueError):
            return False

    def close(self, *, with_quit: bool) -> None:
        """Close. The reply to QUIT is not waited for: nothing depends on it."""
        if with_quit:
            with contextlib.suppress(ConnectionBroken):
                self.write(b"QUIT\r\n")
        self._smtp.close()


def _size_limit(smtp: smtplib.SMTP) -> int:
    """The largest message that the server accepts, in bytes; 0: not declared (RFC 1870)."""
    declared = smtp.esmtp_features.get("size", "").strip()
    return int(declared) if declared.isdigit() else 0


def _readable(sock: socket.socket) -> bool:
    # Not select.select: it cannot check a socket whose number is above 1023.
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _expect_time(deadline: float) -> None:
    if monotonic() > deadline:
        raise TimeoutError("the server is too slow")


def _broken(error: OSError, written: int | None = None) -> ConnectionBroken:
    why = f"{type(error).__name__}: {error}"[:500]
    is_silent = isinstance(error, TimeoutError)
    return ConnectionBroken(why, written=written, is_protocol_error=is_silent)
