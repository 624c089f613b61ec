"""The LMTP server: each recipient's own reply, exact contents, and bounds for hostile peers."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from mail.receiving import lmtp
from mail.receiving.lmtp import LmtpServer
from tests.mail_servers import HELLO

BOB, EVE = "reply+b-1-0f@in.papers.test", "reply@in.papers.test"


@dataclass
class Served:
    """A server in a thread: its port, and what it took in."""

    port: int = 0
    taken: list[tuple[bytes, str]] = field(default_factory=list)
    later: set[str] = field(default_factory=set)
    return_paths: list[bytes] = field(default_factory=list)

    async def take_in(self, raw: bytes, recipient: str) -> bool:
        if recipient in self.later:
            return False
        first, _, mail = raw.partition(b"\r\n")
        self.return_paths.append(first)
        self.taken.append((mail, recipient))
        return True

    @contextmanager
    def raw(self) -> Iterator[socket.socket]:
        """A connection without a client's manners, after the greeting and LHLO."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as peer:
            assert peer.recv(1000).startswith(b"220 ")
            peer.sendall(b"LHLO mx\r\n")
            assert peer.recv(1000).startswith(b"250-")
            yield peer


@pytest.fixture
def served() -> Iterator[Served]:
    found = Served()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="lmtp")
    thread.start()
    server = LmtpServer(found.take_in, "papers.test")
    listening = asyncio.run_coroutine_threadsafe(server.listen("127.0.0.1", 0), loop).result(10)
    found.port = listening.sockets[0].getsockname()[1]
    yield found
    loop.call_soon_threadsafe(listening.close)
    asyncio.run_coroutine_threadsafe(_end_sessions(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def _end_sessions() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def send(
    served: Served, recipients: list[str], mail: bytes, sender: str = "bob@example.net"
) -> dict[str, str]:
    """The code for each recipient: at RCPT, or else at the end. smtplib reads one reply only."""
    with served.raw() as peer:
        lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{one}>" for one in recipients), "DATA"]
        peer.sendall("".join(f"{line}\r\n" for line in lines).encode())
        _, *replies, _ = read_replies(peer, len(lines))
        codes = dict(zip(recipients, replies, strict=True))
        accepted = [one for one, code in codes.items() if code == "250"]
        peer.sendall((b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
        return codes | dict(zip(accepted, read_replies(peer, len(accepted)), strict=True))


def test_a_mail_is_taken_in_for_each_recipient(served: Served) -> None:
    assert send(served, [BOB, EVE], HELLO) == {BOB: "250", EVE: "250"}
    assert served.taken == [(HELLO, BOB), (HELLO, EVE)]


@pytest.mark.parametrize("sender", ["", "eve@example.net"])
def test_the_sender_of_the_envelope_is_noted_in_the_mail(served: Served, sender: str) -> None:
    send(served, [EVE], HELLO, sender)
    send(served, [BOB, EVE], HELLO)
    paths = [
        f"Return-Path: <{one}>".encode() for one in (sender, "bob@example.net", "bob@example.net")
    ]
    assert served.return_paths == paths


def test_each_recipient_has_its_own_reply(served: Served) -> None:
    served.later = {BOB}
    assert send(served, [BOB, EVE], HELLO) == {BOB: "451", EVE: "250"}
    assert served.taken == [(HELLO, EVE)]


def test_several_mails_come_over_one_connection(served: Served) -> None:
    with smtplib.LMTP("127.0.0.1", served.port) as client:
        for word in (b"One", b"Two"):
            assert client.sendmail("bob@example.net", [EVE], HELLO + word + b"\r\n") == {}
    assert [raw[-5:] for raw, _ in served.taken] == [b"One\r\n", b"Two\r\n"]


@pytest.mark.parametrize(
    "mail",
    [
        b".\r\n",
        b"..\r\n",
        b".leading\r\n..two\r\n.\r\n",
        b"bare \n.\n line\r\n",
        b"\r\n",
        b"\xff\x00\r\n" * 3,
        HELLO * 5000,
    ],
)
def test_the_content_arrives_as_it_is(served: Served, mail: bytes) -> None:
    stuffed = (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]
    for size in (1, 3, 100):
        with served.raw() as peer:
            peer.sendall(b"MAIL FROM:<>\r\nRCPT TO:<%b>\r\nDATA\r\n" % EVE.encode())
            replies = read_replies(peer, 3)
            for piece in in_pieces(stuffed + b".\r\n", size):
                peer.sendall(piece)
            replies += read_replies(peer, 1)
        assert replies == ["250", "250", "354", "250"]
        assert served.taken.pop() == (mail, EVE)


def in_pieces(content: bytes, size: int) -> Iterator[bytes]:
    """The last bytes in pieces of this size, what is before them at once."""
    start = max(0, len(content) - 100)
    yield content[:start]
    yield from (content[place : place + size] for place in range(start, len(content), size))


def read_replies(peer: socket.socket, count: int) -> list[str]:
    """The codes of so many replies of one line."""
    found = b""
    while found.count(b"\r\n") < count:
        received = peer.recv(4096)
        assert received, found
        found += received
    return [line[:3].decode() for line in found.split(b"\r\n")[:-1]]


def test_an_empty_content_is_one(served: Served) -> None:
    with served.raw() as peer:
        peer.sendall(b"MAIL FROM:<>\r\nRCPT TO:<%b>\r\nDATA\r\n.\r\nNOOP\r\n" % EVE.encode())
        assert read_replies(peer, 5) == ["250", "250", "354", "250", "250"]
    assert served.taken == [(b"", EVE)]


def test_a_line_end_of_another_kind_ends_no_mail(served: Served) -> None:
    """Otherwise one mail could hold another one, with a sender and recipients of its own."""
    hidden = b"\n.\nMAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\n\r.\r\n\n.\r\n"
    send(served, [EVE], HELLO + b"x" + hidden)
    assert [recipient for _, recipient in served.taken] == [EVE]


def test_of_a_large_mail_the_beginning_is_taken_in(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "LARGEST", 1000)
    monkeypatch.setattr(lmtp, "_CHUNK", 100)
    mail = HELLO + b"A line.\r\n.\r\n" * 20_000
    assert send(served, [EVE, BOB], mail) == {EVE: "250", BOB: "250"}
    assert served.taken == [(mail[:1000], EVE), (mail[:1000], BOB)]
    assert send(served, [EVE], HELLO) == {EVE: "250"}  # nothing of it was read as a command
    assert served.taken[2:] == [(HELLO, EVE)]


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ("RCPT TO:<a@b>", "503"),
        ("DATA", "503"),
        ("MAIL FROM:<a@b>\r\nDATA", "250 503"),
        ("MAIL FROM:a@b", "501"),
        ("MAIL FROM:<>\r\nRCPT TO:<>", "250 501"),
        ("MAIL FROM:<>\r\nRCPT TO:<a@b> ORCPT=rfc822;a@b", "250 250"),
        ("mail from: <a@b> SIZE=7\r\nrcpt to: <a@b>", "250 250"),
        ("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRSET\r\nDATA", "250 250 250 503"),
        ("EHLO mx", "500"),
        ("HELO mx", "500"),
        ("AUTH PLAIN AAAA", "500"),
        ("STARTTLS", "500"),
        ("BDAT 7 LAST", "500"),
        ("DATAX", "500"),
        ("", "500"),
        ("VRFY a", "252"),
        ("X" * 5000, "500"),
        ("MAIL FROM:<" + "a" * 3000 + ">", "500"),
        ("QUIT", "221"),
    ],
)
def test_commands_have_their_replies(served: Served, commands: str, expected: str) -> None:
    with served.raw() as peer:
        peer.sendall(commands.encode() + b"\r\n")
        assert read_replies(peer, len(expected.split())) == expected.split()
    assert served.taken == []


def test_too_many_recipients_are_left_for_another_mail(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "MOST_RECIPIENTS", 1)
    assert send(served, [BOB, EVE], HELLO) == {BOB: "250", EVE: "452"}
    assert served.taken == [(HELLO, BOB)]


def test_a_peer_that_speaks_something_else_is_closed(served: Served) -> None:
    with served.raw() as peer:
        with suppress(OSError):
            peer.sendall(b"GET / HTTP/1.1\r\n" * 100)
        received = b""
        with suppress(OSError):
            while part := peer.recv(4096):
                received += part
    assert received.count(b"500 5.5.1") == 20
    assert received.endswith(b"421 4.7.0 too many errors\r\n")


def test_a_silent_peer_is_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmtp, "_IDLE_SECONDS", 0.1)
    with served.raw() as peer:
        assert peer.recv(1000) == b""


def test_too_many_connections_are_sent_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "MOST_CONNECTIONS", 1)
    with served.raw() as peer:
        with socket.create_connection(("127.0.0.1", served.port), 10) as other:
            assert other.recv(1000) == b"421 4.3.2 too many connections\r\n"
            assert other.recv(1000) == b""
        peer.sendall(b"NOOP\r\n")
        assert read_replies(peer, 1) == ["250"]


def test_a_mail_that_breaks_off_is_not_taken_in(served: Served) -> None:
    with served.raw() as peer:
        peer.sendall(b"MAIL FROM:<>\r\nRCPT TO:<%b>\r\nDATA\r\nFrom: x" % EVE.encode())
        assert read_replies(peer, 3) == ["250", "250", "354"]
    assert send(served, [BOB], HELLO) == {BOB: "250"}
    assert served.taken == [(HELLO, BOB)]
