from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidRequestLine

from config.server.incoming import Refused, declared_length, parse, read_body, read_head

CLIENT = ("127.0.0.1", 4711)


def in_a_thread(reading: Coroutine[Any, Any, bytes]) -> bytes:
    """An earlier browser test may have left an event loop in the thread of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, reading).result()


def reader_of(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1000)
    reader.feed_data(data)
    reader.feed_eof()
    return reader


def body_of(data: bytes, length: int | None = None, kept: list[int] | None = None) -> bytes:
    sizes = [] if kept is None else kept

    async def read() -> bytes:
        return await read_body(reader_of(data), length, 100, sizes.append)

    return in_a_thread(read())


def head_of(data: bytes) -> bytes:
    async def read() -> bytes:
        return await read_head(reader_of(data))

    return in_a_thread(read())


def test_a_head_ends_with_an_empty_line() -> None:
    assert head_of(b"GET / HTTP/1.1\r\n\r\nmore") == b"GET / HTTP/1.1\r\n\r\n"


def test_a_head_without_its_end_is_none() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        head_of(b"GET / HTTP/1.1\r\n")


def test_a_long_head_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        head_of(b"GET / HTTP/1.1\r\nX: " + b"x" * 2000)
    assert refusal.value.response.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        (b"", 0),
        (b"Content-Length: 12\r\n", 12),
        (b"Transfer-Encoding: chunked\r\n", None),
    ],
)
def test_the_length_of_a_body_is_read_from_the_head(headers: bytes, length: int | None) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"
    assert declared_length(parse(Config(), head, CLIENT)) == length


def test_gunicorn_refuses_a_malformed_head() -> None:
    with pytest.raises(InvalidRequestLine):
        parse(Config(), b"nonsense\r\n\r\n", CLIENT)


def test_a_body_has_its_declared_length() -> None:
    assert body_of(b"abcdefgh", 5) == b"abcde"
    with pytest.raises(asyncio.IncompleteReadError):
        body_of(b"abc", 5)


@pytest.mark.parametrize(
    ("chunks", "body"),
    [
        (b"0\r\n\r\n", b""),
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"2\r\nab\r\nA;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", b"ab0123456789"),
    ],
)
def test_chunks_are_joined(chunks: bytes, body: bytes) -> None:
    assert body_of(chunks) == body


def test_the_bytes_that_are_kept_are_told_as_they_grow() -> None:
    kept: list[int] = []
    body_of(b"abcde", 5, kept)
    body_of(b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", None, kept)
    assert kept == [5, 3, 13]


@pytest.mark.parametrize(
    "chunks",
    [
        b"x\r\n",
        b"-1\r\n",
        b" 1\r\na\r\n0\r\n\r\n",
        b"0x1\r\na\r\n0\r\n\r\n",
        b"\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"111111111\r\n",
        "٣\r\nabc\r\n0\r\n\r\n".encode(),
        b"1;" + b"x" * 2000,
    ],
)
def test_malformed_chunks_are_refused(chunks: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        body_of(chunks)
    assert refusal.value.response.startswith(b"HTTP/1.1 400 ")


def test_chunks_are_refused_before_they_exceed_the_limit() -> None:
    assert len(body_of(b"64\r\n" + b"a" * 100 + b"\r\n0\r\n\r\n")) == 100
    with pytest.raises(Refused) as refusal:
        body_of(b"32\r\n" + b"a" * 50 + b"\r\n33\r\n")
    assert refusal.value.response.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("data", [b"1;%s\r\na\r\n" % (b"x" * 900), b"0\r\n" + b"X: y\r\n" * 20_000])
def test_framing_that_exceeds_its_body_by_far_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        body_of(data * 80)


def test_a_refusal_is_a_complete_response() -> None:
    with pytest.raises(Refused) as refusal:
        body_of(b"FFFFFF\r\n")
    head, _, text = refusal.value.response.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 413 Content Too Large",
        b"Connection: close",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Length: 45",
    ]
    assert text == b"This request is too large. Nothing was done.\n"
