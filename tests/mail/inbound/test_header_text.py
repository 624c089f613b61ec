"""Headers are read within limits, and none of them is an error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mail.inbound.header_text import (
    HEADER_LINES,
    addresses_in,
    moment_of,
    read_headers,
    shown,
)


def test_headers_are_unfolded_and_their_names_are_lower_case() -> None:
    headers, body = read_headers(b"SUBJECT: one\n two\n\tthree\nTo: a\nTo: b\n\nbody\n\nmore")
    assert headers == {"subject": ["one two three"], "to": ["a", "b"]}
    assert body == b"body\n\nmore"


def test_a_line_that_is_no_header_is_left_out() -> None:
    headers, _ = read_headers(b"Note by a gateway\nSubject : one\n: x\nFrom: b\xe9\n\n")
    assert headers == {"subject": ["one"], "from": ["bé"]}


def test_too_many_headers_are_not_read() -> None:
    headers, body = read_headers(b"A: b\n" * 100_000)
    assert len(headers["a"]) == HEADER_LINES
    assert body == b""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain  words", "plain words"),
        ("=?utf-8?q?caf=C3=A9?= now", "café now"),
        ("=?utf-8?b?Y2Fm?= =?utf-8?b?w6k=?=", "café"),
        ("=?x-none?q?caf=E9?=", "café"),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("=?utf-8?q?a=0Ab?=", "a b"),
        ("x" * 9000, "x" * 500),
    ],
)
def test_a_header_is_shown_as_people_read_it(value: str, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Bob <bob@example.net>, eve@example.net", ["bob@example.net", "eve@example.net"]),
        ("<>", []),
        ("undisclosed-recipients:;", []),
        ("a group: bob@example.net;", ["bob@example.net"]),
        ("(" * 9000, []),
        ("bob@example.net " + "(" * 9000, ["bob@example.net"]),
    ],
)
def test_addresses_are_found(value: str, found: list[str]) -> None:
    assert addresses_in([value]) == found


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Fri, 14 Mar 2025 10:00:00 +0100", datetime(2025, 3, 14, 9, tzinfo=UTC)),
        (
            "by x.example.org; Fri, 14 Mar 2025 09:00:00 +0000",
            datetime(2025, 3, 14, 9, tzinfo=UTC),
        ),
        ("14 Mar 2025 09:00:00", datetime(2025, 3, 14, 9, tzinfo=UTC)),
        ("Fri, 99 Mar 2025 99:00:00 +9999", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_is_read_or_not(value: str, moment: datetime | None) -> None:
    assert moment_of(value) == moment
