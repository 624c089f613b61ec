"""What a thread does with a complete request; over a real server, as gunicorn's logs are."""

from __future__ import annotations

import pytest

from tests.config.server.conftest import Server

CLOSE = b"Host: x\r\nConnection: close\r\n"


def test_a_body_reaches_the_application_with_its_length(server: Server) -> None:
    answer = server.exchange(b"POST / HTTP/1.1\r\n" + CLOSE + b"Content-Length: 3\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"POST 3 b'abc'" in answer


def test_a_body_in_chunks_reaches_it_with_its_length(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = server.exchange(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert b"POST 5 b'abcde'" in answer


def test_a_response_to_head_has_no_body(server: Server) -> None:
    answer = server.exchange(b"HEAD / HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n")


def test_an_error_of_the_application_is_a_500_and_logged(server: Server) -> None:
    answer = server.exchange(b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert "RuntimeError: the application is broken" in server.log.read_text()


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_each_response_is_in_the_access_log(server: Server, version: bytes) -> None:
    server.exchange(b"OPTIONS / HTTP/" + version + b"\r\n" + CLOSE + b"\r\n")
    assert "OPTIONS - 200 " in server.log.read_text()
