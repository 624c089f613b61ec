from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from pytest_django import Settings

from mail.batch.split import BatchItem, chunks, halves, request_key
from tests.mail.mails import DATED_AT, make_digest


def make_item(number: int, size: int = 10, **values: Any) -> BatchItem:
    return BatchItem(make_digest(number, **values), None, b"x" * size)


def numbers(parts: Any) -> list[list[int]]:
    return [[item.message.reference for item in part] for part in parts]


def test_a_request_has_at_most_max_messages() -> None:
    assert numbers(chunks(map(make_item, range(5)), 2, 1_000)) == [[0, 1], [2, 3], [4]]


def test_a_request_has_at_most_max_bytes_with_commas() -> None:
    assert numbers(chunks(map(make_item, range(4)), 100, 21)) == [[0, 1], [2, 3]]
    assert numbers(chunks(map(make_item, range(4)), 100, 20)) == [[0], [1], [2], [3]]


def test_a_message_above_max_bytes_has_its_own_request() -> None:
    items = [make_item(1), make_item(2, size=99), make_item(3)]
    assert numbers(chunks(items, 100, 50)) == [[1], [2], [3]]


def test_a_message_after_many_attempts_goes_alone_and_last() -> None:
    items = [make_item(1, attempts=4), make_item(2), make_item(3, attempts=3)]
    assert numbers(chunks(items, 100, 1_000)) == [[2, 3], [1]]


def test_without_messages_there_is_no_request() -> None:
    assert list(chunks([], 10, 10)) == []


def test_halves_contain_every_message() -> None:
    assert numbers(halves([make_item(n) for n in range(5)])) == [[0, 1], [2, 3, 4]]


def test_the_order_of_messages_does_not_change_the_key() -> None:
    assert request_key([make_digest(1), make_digest(2)]) == request_key(
        [make_digest(2), make_digest(1)]
    )


def test_a_key_is_a_uuid() -> None:
    assert uuid.UUID(request_key([make_digest(1)]))


def test_message_attempt_date_and_site_change_the_key(settings: Settings) -> None:
    keys = [
        request_key([make_digest(1), make_digest(2)]),
        request_key([make_digest(1)]),
        request_key([make_digest(12)]),
        request_key([make_digest(1, attempts=2)]),
        request_key([make_digest(1, dated_at=DATED_AT + timedelta(seconds=1))]),
    ]
    settings.SITE_URL = "https://elsewhere.test"
    keys.append(request_key([make_digest(1)]))
    assert len(set(keys)) == len(keys)
