"""Characters that PostgreSQL refuses are replaced, and all others stay."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.sql import rows
from web.storable import storable, storable_text


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\0b", "a\ufffdb"),
        ("half \ud83d", "half \ufffd"),
        ("line\nend", "line\nend"),
        ("é😀", "é😀"),
    ],
)
def test_only_what_cannot_be_stored_is_replaced(text: str, stored: str) -> None:
    assert storable_text(text) == stored


def test_every_text_of_a_json_value_is_made_storable() -> None:
    assert storable({"a\0": ["b\0", 1, None, {"c": "\udc00"}]}) == {
        "a\ufffd": ["b\ufffd", 1, None, {"c": "\ufffd"}]
    }


@pytest.mark.django_db
@given(st.text(alphabet=st.characters(categories=["L", "Cs", "Cc", "So"])))
def test_postgresql_stores_what_is_left(text: str) -> None:
    stored = storable_text(text)
    assert rows("SELECT %(text)s::text", text=stored) == [(stored,)]


def test_what_json_in_the_database_cannot_hold_becomes_null() -> None:
    deep: list[object] = ["a"]
    for _ in range(900):
        deep = [deep]
    found = storable({"a": [math.nan, -math.inf, 1.5], "deep": deep})
    assert found["a"] == [None, None, 1.5]
    assert json.dumps(found["deep"]) == 199 * "[" + "null" + 199 * "]"
