"""What a peer meets on one connection; over a real server."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress

import pytest

from tests.config.server.conftest import Server

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_a_connection_serves_one_request_after_the_other(server: Server) -> None:
    assert server.exchange(GET + GET + LAST).count(b"HTTP/1.1 200 OK\r\n") == 3


def test_a_body_that_was_not_needed_is_no_next_request(server: Server) -> None:
    inner = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner)
    assert server.exchange(head + inner + LAST).count(b"HTTP/1.1 200 OK\r\n") == 2


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/9\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost x\r\n\r\n", b"400"),
        (b"GET /%s HTTP/1.1\r\n\r\n" % (b"x" * 5000), b"414"),
        (b"GET / HTTP/1.1\r\nX: %s\r\n\r\n" % (b"x" * 9000), b"431"),
        (b"GET / HTTP/1.1\r\n%s\r\n" % (b"X: y\r\n" * 200), b"431"),
        (b"GET / HTTP/1.1\r\nX: %s" % (b"x" * 70_000), b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 8193\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % (b"9" * 400), b"413"),
        (b"POST /anymail/x/ HTTP/1.1\r\nContent-Length: 600000000\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2001\r\n", b"413"),
    ],
)
def test_what_is_malformed_or_too_large_is_refused_at_once(
    server: Server, request_: bytes, status: bytes
) -> None:
    answer = server.exchange(request_)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answer.lower()


ONE_CLICK = b"POST /u/x HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 26\r\n\r\nList-Unsubscribe=One-Click",
        b"Content-Length: 600000000\r\n\r\n" + b"x" * 500_000,
        b"Content-Length: 26\r\n\r\nList",
        b"Content-Length: 26\r\nExpect: 100-continue\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2001\r\n",
    ],
    ids=["as specified", "too large", "cut off", "expected", "malformed chunks", "too large chunk"],
)
def test_a_one_click_is_served_whatever_its_body_is(server: Server, rest: bytes) -> None:
    answer = server.exchange(ONE_CLICK + rest)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"POST 0 b''" in answer


def test_the_body_of_a_one_click_is_no_next_request(server: Server) -> None:
    inner = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    head = ONE_CLICK + b"Content-Length: %d\r\n\r\n" % len(inner)
    assert server.exchange(head + inner + LAST).count(b"HTTP/1.1 ") == 1


def test_a_refusal_arrives_though_the_peer_still_sends(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 600000000\r\n\r\n"
    assert server.exchange(head + b"x" * 500_000).startswith(b"HTTP/1.1 413 ")


def test_a_peer_that_asks_first_is_told_before_it_sends_a_body(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as peer:
        peer.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        assert peer.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(b"abc")
        assert b"POST 3 b'abc'" in peer.recv(1000)


def test_a_peer_that_asks_about_too_much_is_refused(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9000\r\n\r\n"
    assert server.exchange(head).startswith(b"HTTP/1.1 413 ")


def test_a_large_response_arrives_completely(server: Server) -> None:
    answer = server.exchange(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.partition(b"\r\n\r\n")[2] == b"x" * 8_000_000


# ── deadlines, each for the whole of what is awaited ──


def drip(server: Server, start: bytes, drop: bytes) -> bytes:
    """What the server sends to a peer that sends `drop` each tenth of a second."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as peer:
        peer.sendall(start)
        for _ in range(100):
            with suppress(OSError):
                peer.sendall(drop)
            if select.select([peer], [], [], 0.1)[0]:
                return peer.recv(1000)
    raise AssertionError("the server still waits after ten seconds")


def test_a_head_that_never_ends_closes_the_connection(hurried: Server) -> None:
    assert drip(hurried, b"GET / HTTP/1.1\r\nX: ", b"x") == b""
    assert drip(hurried, b"", b"") == b""


@pytest.mark.parametrize(
    ("framing", "drop"),
    [(b"Content-Length: 1000", b"x"), (b"Transfer-Encoding: chunked", b"1\r\nx\r\n")],
)
def test_a_body_that_never_ends_is_told_so(hurried: Server, framing: bytes, drop: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n"
    assert drip(hurried, head, drop).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_peer_that_does_not_read_is_dropped(hurried: Server) -> None:
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(("127.0.0.1", hurried.port))
        peer.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2.5)
        received = 0
        with suppress(ConnectionResetError):
            while part := peer.recv(100_000):
                received += len(part)
    assert received < 8_000_000  # what the kernel had taken by then


def test_answers_that_are_held_back_keep_no_thread(server: Server) -> None:
    held = b"GET /held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    begun = time.monotonic()
    peers = [socket.create_connection(("127.0.0.1", server.port), timeout=15) for _ in range(40)]
    for peer in peers:
        peer.sendall(held)
    first = server.exchange(LAST)
    assert time.monotonic() - begun < 0.5  # four threads serve it at once
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    answers = [peer.recv(65536) for peer in peers]
    assert 0.5 <= time.monotonic() - begun < 3  # and not ten times as long
    assert all(answer.startswith(b"HTTP/1.1 200 OK\r\n") for answer in answers)
    for peer in peers:
        peer.close()
