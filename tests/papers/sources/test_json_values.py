"""JSON from outside, and its numbers."""

from __future__ import annotations

import json
import math

import pytest

from papers.sources.json_values import as_count, decode_json, kind_of, shown


def nested(levels: int, inside: str = '"]"') -> str:
    return levels * "[" + inside + levels * "]"


def test_json_is_decoded() -> None:
    assert decode_json('{"a": [1, -2.5, "x", null, true]}') == {"a": [1, -2.5, "x", None, True]}


@pytest.mark.parametrize(("text", "value"), [("Infinity", math.inf), ("-1e400", -math.inf)])
def test_a_number_that_is_too_great_is_infinite(text: str, value: float) -> None:
    assert decode_json(text) == value
    assert decode_json(f"[{5000 * '9'}]") == [math.inf]
    assert math.isnan(decode_json("NaN"))


def test_what_is_nested_too_deeply_becomes_null_alone() -> None:
    text = f'[1, {{"a{{": {nested(5000)}, "b": "\\"[{{"}}, {nested(50)}, 2]'
    first, second, third, last = decode_json(text)
    assert (first, second["b"], last) == (1, '"[{', 2)
    assert json.dumps(second["a{"]) == nested(98, "null")
    assert json.dumps(third) == nested(50)


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": }', "[1] x", 100_000 * "[", 5000 * "[" + "x" + 5000 * "]" + "x"]
)
def test_a_text_that_is_no_json_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode_json(text)


@pytest.mark.parametrize(
    ("value", "count"), [(0, 0), (12, 12), (12.0, 12), (-0.0, 0), (10**12 - 1, 10**12 - 1)]
)
def test_a_whole_number_is_a_count(value: object, count: int) -> None:
    assert as_count(value) == count
    assert type(as_count(value)) is int


@pytest.mark.parametrize(
    "value",
    [None, -1, -1.0, 12.5, True, False, "12", "", [], {}, 10**12, 10**400, 1e300, math.nan,
     math.inf, -math.inf],
)  # fmt: skip
def test_anything_else_is_no_count(value: object) -> None:
    assert as_count(value) is None


def test_a_value_is_shown_shortly() -> None:
    assert shown("a\n" * 99) == repr("a\n" * 20)
    assert [shown(value) for value in (7, None, True)] == ["'7'", "'None'", "'True'"]
    assert shown(decode_json(nested(900))) == "an array"
    kinds = [kind_of({}), kind_of(""), kind_of(False), kind_of(None), kind_of(1.5)]
    assert kinds == ["an object", "text", "true or false", "null", "a number"]
