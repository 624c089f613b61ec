"""One connection to an SMTP server: opened as Django's settings say, then bytes out, replies in.

smtplib greets, encrypts and logs in, because it is good at that. From then on its socket is
ours: smtplib waits for every answer and looks at every line, and both cost more than the mail.
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

from django.core.mail.backends.smtp import EmailBackend

_LINE: Final = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?$", re.DOTALL)
# Nearly all replies: one line, whole.
_ONE_LINE: Final = re.compile(rb"([2-5]\d\d) ([^\r\n]*)\r\n")
_LONGEST_REPLY: Final = 65_536
# One TLS record. Only for a piece that was begun is it in doubt whether it arrived.
_RECORD: Final = 16_384


class Reply(NamedTuple):
    """One answer of the server, its lines joined."""

    code: int
    text: bytes

    def __str__(self) -> str:
        return f"{self.code} {self.text.decode(errors='replace')}"[:500]


class Broken(Exception):
    """The connection is of no more use.

    Args:
        reached: when it broke in a `write`, how many of its bytes may have left, at most.
        is_odd: the server was silent, or what it said made no sense; not just gone.
    """

    def __init__(self, why: str, *, reached: int | None = None, is_odd: bool = False) -> None:
        super().__init__(why)
        self.reached = reached
        self.is_odd = is_odd


class Connection:
    """Says whatever it is told to, and reads one reply after the other. Every wait ends.

    A wait takes at most twice the patience, also against a server that trickles.
    """

    def __init__(self, smtp: smtplib.SMTP, patience: float) -> None:
        """`patience`: seconds for which a silent server is waited for."""
        self._smtp = smtp
        self._socket = cast("socket.socket", smtp.sock)
        self._socket.settimeout(patience)
        # Without it the kernel holds a short write back until the last one is confirmed.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_tls = isinstance(self._socket, ssl.SSLSocket)
        self._patience = patience
        self._unread = b""
        self._at = 0  # so much of it has been read
        self.pipelines = smtp.has_extn("pipelining")
        self.wants_size = smtp.has_extn("size")
        self.largest = _size_limit(smtp)
        self._written = monotonic()
        self.latency = math.inf  # seconds of the quickest answer
        self.settled = 0  # mails that the server gave its last word on
        self.accepted = 0  # and those among them that it took

    def write(self, *parts: bytes) -> None:
        """Hand all parts to the network, in one call where it can be.

        Raises:
            Broken: with `reached`.
        """
        if self._is_tls:
            self._write_records(b"".join(parts))
        else:
            self._write_at_once(parts)
        self._written = monotonic()

    def _write_at_once(self, parts: tuple[bytes, ...]) -> None:
        written, total = 0, sum(map(len, parts))
        try:
            written = self._socket.sendmsg(parts)
            if written < total:
                rest, deadline = b"".join(parts), monotonic() + self._patience
                while written < total:
                    _expect_time(deadline)
                    written += self._socket.send(memoryview(rest)[written:])
        except OSError as error:
            raise _broken(error, reached=written) from error

    def _write_records(self, content: bytes) -> None:
        """TLS has no `sendmsg`, and does not tell how much of a failed write went out."""
        deadline = monotonic() + self._patience
        for start in range(0, len(content), _RECORD):
            piece = content[start : start + _RECORD]
            try:
                _expect_time(deadline)
                self._socket.sendall(piece)
            except OSError as error:
                raise _broken(error, reached=start + len(piece)) from error

    def read(self) -> Reply:
        """The next reply, of however many lines and in however many pieces it comes.

        Raises:
            Broken: the server hung up, was silent for too long, or said what is no reply.
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
        """Take replies off what was received if they are as expected, all of them; else none."""
        found = expected.match(self._unread, self._at)
        if found:
            self._at = found.end()
        return found is not None

    def _receive(self) -> None:
        try:
            if monotonic() > self.deadline and not _readable(self._socket):
                raise TimeoutError("the server is too slow")  # and not just we, in coming to read
            received = self._socket.recv(4096)
        except OSError as error:
            raise _broken(error) from error
        if not received:
            raise Broken("the server hung up")
        self.latency = min(self.latency, monotonic() - self._written)
        self._unread, self._at = self._unread[self._at :] + received, 0
        if len(self._unread) > _LONGEST_REPLY:
            raise Broken("the server's reply has no end", is_odd=True)

    def _complete(self) -> Reply | None:
        """Take a whole reply off what was received, if there is one.

        Its lines have one code (RFC 5321, 4.2.1). Another one is the answer to something else.
        """
        codes, texts, start = set(), [], self._at
        while (end := self._unread.find(b"\n", start)) >= 0:
            line = self._unread[start:end].rstrip(b"\r")
            found = _LINE.match(line)
            if found:
                codes.add(found[1])
            if not found or len(codes) > 1:
                said = line[:100].decode(errors="replace")
                raise Broken(f"the server said {said!r}, which is no reply", is_odd=True)
            texts.append(found[3] or b"")
            start = end + 1
            if found[2] != b"-":
                self._at = start
                return Reply(int(found[1]), b" ".join(texts))
        return None

    @property
    def deadline(self) -> float:
        """Until when (`time.monotonic`) the server may take to answer what was written last."""
        return self._written + self._patience

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def has_unread(self) -> bool:
        """The server has already said more than was read."""
        if self._at < len(self._unread):
            return True
        return self._is_tls and cast("ssl.SSLSocket", self._socket).pending() > 0

    def last_words(self) -> Reply | None:
        """What the server said before it hung up in the middle of a mail, if that arrived."""
        with contextlib.suppress(OSError, Broken):
            self._socket.setblocking(False)
            while received := self._socket.recv(4096):
                self._unread += received
        with contextlib.suppress(Broken):
            return self._complete()
        return None

    @property
    def is_idle(self) -> bool:
        """Open and quiet. One on which the server has spoken unasked, or hung up, is neither."""
        if self.has_unread:
            return False
        try:
            return not _readable(self._socket)
        except (OSError, ValueError):
            return False

    def close(self, *, politely: bool) -> None:
        """Part. The answer to QUIT is not waited for: nothing depends on it."""
        if politely:
            with contextlib.suppress(Broken):
                self.write(b"QUIT\r\n")
        self._smtp.close()


def open_connection() -> Connection:
    """Connect, encrypt and log in by the EMAIL_* settings.

    Raises:
        Exception: whatever stood in the way; `outcomes.of_opening` sorts it.
    """
    backend = EmailBackend()
    try:
        backend.open()
        smtp = cast("smtplib.SMTP", backend.connection)
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        with contextlib.suppress(Exception):
            backend.close()
        raise
    return Connection(smtp, float(backend.timeout or 30))


def _size_limit(smtp: smtplib.SMTP) -> int:
    """The largest mail that the server takes, in bytes; 0 when it does not say (RFC 1870)."""
    declared = smtp.esmtp_features.get("size", "").strip()
    return int(declared) if declared.isdigit() else 0


def _readable(sock: socket.socket) -> bool:
    # Not select.select: it cannot look at a socket whose number is above 1023.
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _expect_time(deadline: float) -> None:
    if monotonic() > deadline:
        raise TimeoutError("the server is too slow")


def _broken(error: OSError, reached: int | None = None) -> Broken:
    why = f"{type(error).__name__}: {error}"[:500]
    return Broken(why, reached=reached, is_odd=isinstance(error, TimeoutError))
