"""One connection of the fake SMTP server; `fakes.smtp_sink` is the whole server."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
from typing import Final, cast

from fakes.smtp_sink_rules import HANG_UP, LOSE, SILENCE, USUAL, VERBS, Mail, Moment, Sink

_MESSAGE_ID: Final = re.compile(rb"(?im)^message-id:\s*(\S+)")
_BETWEEN_PACKETS: Final = 0.0005


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._unread = b""
        self._is_silent = False
        self._is_encrypted = sink.tls_at_once
        self._is_known = sink.login is None
        self._user: str | None = None  # of AUTH LOGIN, until its password comes
        self._mails = 0
        self._content: bytearray | None = None
        self._busy_until = 0.0
        self._forget()

    def _forget(self) -> None:
        self._sender: str | None = None
        self._to: list[str] = []
        self._requested = ""  # also when refused

    # ── asyncio ──────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.loop = asyncio.get_running_loop()
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self in self._sink.open:
            return  # the same one, encrypted now
        self._sink.open.add(self)
        self._sink.connections += 1
        self._number = self._sink.connections
        self._say("greeting")

    def connection_lost(self, exc: Exception | None) -> None:
        self._sink.open.discard(self)
        if self._content is None and self._unread and not self._is_silent:
            self._sink.faults.append(f"broke off within {self._unread[:40]!r}")

    def data_received(self, data: bytes) -> None:
        if self._is_silent:
            return
        if self._content is not None:
            self._read_content(data)
        else:
            self._unread += data
        self._read_commands()

    def abort(self) -> None:
        self._is_silent = True
        self._transport.abort()

    # ── commands ─────────────────────────────────────────────────────────────

    def _read_commands(self) -> None:
        while self._content is None and not self._is_silent:
            line, end, rest = self._unread.partition(b"\r\n")
            if not end:
                break
            self._unread = rest
            if rest and not self._sink.pipelining:
                self._sink.faults.append(f"did not wait for the reply to {line!r}")
            if self._user is not None:
                self._password(line.decode())
            else:
                self._obey(line.decode(errors="replace"))

    def _obey(self, line: str) -> None:
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        if self._sink.keep:
            self._sink.verbs.append(line)
        if verb not in VERBS:
            self._sink.faults.append(f"unknown command {line!r}")
            self.write("500 5.5.2 what?")
            return
        step = getattr(self, f"_{verb.lower()}", None)
        refusal = step(argument) if step else ""
        if refusal:
            self.write(refusal)
            return
        code = self._say(verb)
        after = getattr(self, f"_after_{verb.lower()}", None)
        if after:
            after(code)

    def _mail(self, argument: str) -> str:
        if not self._is_known:
            return "530 5.7.0 authentication required"
        if self._sender is not None:
            self._sink.faults.append("MAIL within a transaction")
            return "503 5.5.1 sender already specified"
        self._requested = _address(argument)
        return ""

    def _after_mail(self, code: int) -> None:
        if code == 250:
            self._sender = self._requested
        self._requested = ""

    def _rcpt(self, argument: str) -> str:
        self._requested = _address(argument)
        return "" if self._sender is not None else "503 5.5.1 need MAIL first"

    def _after_rcpt(self, code: int) -> None:
        if code == 250:
            self._to.append(self._requested)

    def _data(self, _argument: str) -> str:
        return "" if self._sender is not None else "503 5.5.1 need MAIL first"

    def _after_data(self, code: int) -> None:
        if code == 354:
            early, self._unread = self._unread, b""
            if early:
                self._sink.faults.append("content before its 354")
            self._content = bytearray()

    def _after_rset(self, _code: int) -> None:
        self._forget()

    def _after_quit(self, _code: int) -> None:
        self._leave()

    def _after_starttls(self, code: int) -> None:
        if code == 220:
            self._is_encrypted = True
            self._tls_task = asyncio.ensure_future(self._encrypt())

    async def _encrypt(self) -> None:
        assert self._sink.tls
        try:
            new = await self.loop.start_tls(self._transport, self, self._sink.tls, server_side=True)
        except (OSError, ssl.SSLError):
            return  # the client has refused the certificate
        self._transport = cast("asyncio.Transport", new)

    def _auth(self, argument: str) -> str:
        mechanism, _, secret = argument.partition(" ")
        if mechanism == "LOGIN" and mechanism in self._sink.ways:
            self._user = base64.b64decode(secret).decode()
            return "334 UGFzc3dvcmQ6"
        wanted = "\0".join(("", *(self._sink.login or ())))
        if mechanism != "PLAIN" or base64.b64decode(secret).decode() != wanted:
            return "535 5.7.8 wrong user or password"
        self._is_known = True
        return ""

    def _password(self, line: str) -> None:
        """The second step of AUTH LOGIN."""
        given, self._user = (self._user, base64.b64decode(line).decode()), None
        self._is_known = given == self._sink.login
        self.write(USUAL["AUTH"] if self._is_known else "535 5.7.8 wrong user or password")

    # ── content ──────────────────────────────────────────────────────────────

    def _read_content(self, data: bytes) -> None:
        assert self._content is not None
        if not self._content:
            self._say("content")
            if self._is_silent:
                return
        before = max(len(self._content) - 4, 0)
        self._content += data
        if self._content[:3] == b".\r\n":
            self._take_content(0, 3)
        elif (end := self._content.find(b"\r\n.\r\n", before)) >= 0:
            self._take_content(end + 2, end + 5)

    def _take_content(self, end: int, behind: int) -> None:
        assert self._content is not None
        content, self._unread = bytes(self._content[:end]), bytes(self._content[behind:])
        self._content = None
        if self._unread:
            self._sink.behind += 1
            self._unread = b"" if self._sink.loses_behind else self._unread
        reply = self._reply("end")
        if self._to and _is_kept(reply):
            self._keep(content)
        self.write(reply)
        self._forget()

    def _keep(self, content: bytes) -> None:
        self._mails += 1
        if not self._sink.keep and not self._sink.count:
            self._sink.received += 1
            return
        found = _MESSAGE_ID.search(content, 0, 4096)
        name = found[1].decode() if found else ""
        if self._sink.keep and b"\n" in content.replace(b"\r\n", b""):
            self._sink.faults.append("a bare line feed")
        plain = content.replace(b"\r\n..", b"\r\n.") if self._sink.keep else b""
        mail = Mail(name, self._sender or "", ",".join(self._to), plain, self._number)
        self._sink.take(mail)

    # ── replies ──────────────────────────────────────────────────────────────

    def _say(self, verb: str) -> int:
        """Send the reply; returns its code."""
        reply = self._reply(verb)
        self.write(reply)
        first = reply if isinstance(reply, str) else reply[0]
        return int(first[:3]) if first[:3].isdigit() else 0

    def _reply(self, verb: str) -> str | tuple[str, ...]:
        to = self._to[-1] if self._to and verb != "RCPT" else self._requested
        to = "" if verb == "MAIL" else to
        moment = Moment(verb, to, self._number, self._mails, self._sink.received)
        reply = self._sink.rule(moment)
        return self._usual(verb) if reply is None else reply

    def _usual(self, verb: str) -> str:
        if verb == "EHLO":
            return "\r\n".join(self._extensions())
        if verb == "DATA":
            return "354 go on" if self._to else self._sink.no_recipients
        return USUAL[verb]

    def _extensions(self) -> list[str]:
        sink = self._sink
        offers = [
            (sink.pipelining, "PIPELINING"),
            (sink.size, f"SIZE {sink.size}"),
            (sink.tls and not self._is_encrypted, "STARTTLS"),
            (sink.login, f"AUTH {sink.ways}"),
        ]
        return ["250-sink", *(f"250-{name}" for on, name in offers if on), "250 8BITMIME"]

    def write(self, reply: str | tuple[str, ...]) -> None:
        for line in (reply,) if isinstance(reply, str) else reply:
            if line in (HANG_UP, LOSE):
                self._leave()
            elif line == SILENCE:
                self._is_silent = True
            elif line and not self._transport.is_closing():
                self._send(f"{line}\r\n".encode())
                if line.startswith("421"):
                    self._leave()

    def _send(self, data: bytes) -> None:
        if not self._sink.packets:
            self._transport.write(data)
            return
        loop = self.loop
        for start in range(0, len(data), self._sink.packets):
            self._busy_until = max(self._busy_until, loop.time()) + _BETWEEN_PACKETS
            piece = data[start : start + self._sink.packets]
            loop.call_at(self._busy_until, self._transport.write, piece)

    def _leave(self) -> None:
        self._is_silent = True
        self.loop.call_at(max(self._busy_until, self.loop.time()), self._transport.close)


def _address(argument: str) -> str:
    found = re.search(r"<([^>]*)>", argument)
    return found[1] if found else ""


def _is_kept(reply: str | tuple[str, ...]) -> bool:
    first = reply if isinstance(reply, str) else reply[0]
    return first != LOSE and not re.match(r"[45]\d\d", first)
