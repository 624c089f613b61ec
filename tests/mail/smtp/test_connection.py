"""One connection: bytes out, replies in, however they come."""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread
from time import monotonic

import pytest
from pytest_django import Settings

from mail.smtp.connection import Connection, ConnectionBroken
from mail.smtp.opening import open_connection
from tests.mail.smtp.bursts import Connect, make_burst, reply_at, reply_once, states, strict_sink


def test_a_connection_ends_with_quit(connect: Connect) -> None:
    with strict_sink() as sink:
        with connect(sink) as transport:
            transport.send(make_burst(1))
        until = monotonic() + 2
        while "QUIT" not in sink.verbs and monotonic() < until:
            pass
    assert sink.verbs[-1] == "QUIT"


@pytest.mark.parametrize("packets", [1, 3, 7])
def test_replies_in_small_pieces_are_joined(
    connect: Connect, pipelining: bool, packets: int
) -> None:
    rule = reply_at("RCPT", "550-5.1.1 this one\r\n550-5.1.1 is\r\n550 5.1.1 unknown here", 2)
    options = {"packets": packets, "pipelining": pipelining}
    with strict_sink(rule, **options) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted", "refused", "accepted", "accepted"]
    assert outcomes[1].error == "550 5.1.1 this one 5.1.1 is 5.1.1 unknown here"


def test_a_reply_without_end_breaks_the_connection(connect: Connect) -> None:
    endless = "250-more\r\n" * 9000 + "250-more"
    with strict_sink(reply_once("MAIL", endless)) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(2))) == ["accepted"] * 2
    assert sink.connections == 2


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    """A connection without a greeting, and the server's end of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    smtp = smtplib.SMTP()
    smtp.sock = ours
    smtp.esmtp_features = {"pipelining": "", "size": "1000"}
    smtp.does_esmtp = True
    connection = Connection(smtp, timeout=0.2)
    with closing(theirs):
        yield connection, theirs
    connection.close(with_quit=False)


Pair = tuple[Connection, socket.socket]


def test_what_the_server_offers_is_known(pair: Pair) -> None:
    connection, _ = pair
    assert (connection.offers_pipelining, connection.offers_size) == (True, True)
    assert connection.size_limit == 1000


def test_parts_are_written_in_their_order(pair: Pair) -> None:
    connection, server = pair
    connection.write(b"MAIL\r\n", b"RCPT\r\n", b"DATA\r\n")
    assert server.recv(100) == b"MAIL\r\nRCPT\r\nDATA\r\n"


def test_replies_are_read_one_by_one(pair: Pair) -> None:
    connection, server = pair
    server.sendall(b"250 one\r\n250-two\r\n250 three\r\n354 go on\r\n")
    replies = [connection.read() for _ in range(3)]
    assert [tuple(reply) for reply in replies] == [
        (250, b"one"),
        (250, b"two three"),
        (354, b"go on"),
    ]
    assert not connection.has_unread


def test_expected_replies_are_consumed_together_or_not_at_all(pair: Pair) -> None:
    connection, server = pair
    server.sendall(b"250 one\r\n250 two\r\n550 no\r\n")
    assert connection.read().text == b"one"
    assert not connection.has_read(re.compile(rb"250 two\r\n250 three\r\n"))
    assert connection.has_read(re.compile(rb"250 two\r\n"))
    assert connection.read().code == 550


@pytest.mark.parametrize(
    "reply", [b"hello?\r\n", b"99 bottles\r\n", b"250-one\r\n550 two\r\n", b"650 no\r\n"]
)
def test_an_invalid_reply_is_a_protocol_error(pair: Pair, reply: bytes) -> None:
    connection, server = pair
    server.sendall(reply)
    with pytest.raises(ConnectionBroken) as broken:
        connection.read()
    assert broken.value.is_protocol_error


def test_silence_is_a_protocol_error_after_the_timeout(pair: Pair) -> None:
    connection, _ = pair
    before = monotonic()
    with pytest.raises(ConnectionBroken) as broken:
        connection.read()
    assert broken.value.is_protocol_error
    assert 0.1 < monotonic() - before < 2


def test_a_slow_server_does_not_extend_the_timeout(pair: Pair) -> None:
    """It sends a byte now and then, and never the end of its reply."""
    connection, server = pair
    stop = Event()

    def drip() -> None:
        while not stop.wait(0.05):
            server.send(b"2")

    thread = Thread(target=drip)
    thread.start()
    before = monotonic()
    try:
        with pytest.raises(ConnectionBroken):
            connection.read()
    finally:
        stop.set()
        thread.join()
    assert monotonic() - before < 2


def test_a_closed_connection_is_no_protocol_error(pair: Pair) -> None:
    connection, server = pair
    server.close()
    with pytest.raises(ConnectionBroken, match="hung up") as broken:
        connection.read()
    assert not broken.value.is_protocol_error


def test_a_write_that_breaks_says_how_much_was_written(pair: Pair) -> None:
    """Nothing reads: the network takes some of it, and then the timeout comes."""
    connection, _ = pair
    content = bytes(50_000_000)
    with pytest.raises(ConnectionBroken) as broken:
        connection.write(content, b".\r\n")
    assert broken.value.written is not None
    assert 0 < broken.value.written < len(content)
    assert broken.value.is_protocol_error


def test_the_last_reply_is_read_after_a_broken_write(pair: Pair) -> None:
    connection, server = pair
    server.sendall(b"552 5.3.4 too big\r\n")
    server.close()
    reply = connection.last_reply()
    assert reply
    assert (reply.code, reply.text) == (552, b"5.3.4 too big")


@pytest.mark.parametrize("received", [b"", b"552-not comp"])
def test_an_incomplete_last_reply_is_none(pair: Pair, received: bytes) -> None:
    connection, server = pair
    server.sendall(received)
    server.close()
    assert connection.last_reply() is None


def test_an_idle_connection_is_open_and_has_nothing_to_read(pair: Pair) -> None:
    connection, server = pair
    assert connection.is_idle
    server.sendall(b"421 4.4.2 idle too long\r\n")
    assert not connection.is_idle


def test_a_connection_that_the_server_closed_is_not_idle(pair: Pair) -> None:
    connection, server = pair
    server.close()
    assert not connection.is_idle


def test_a_server_that_cannot_be_reached_leaves_no_connection(settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    with pytest.raises(ConnectionRefusedError):
        open_connection()
