"""JSON from outside: decoded so that one odd value costs no other, and its numbers as counts."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

_MOST: Final = 10**12 - 1  # no count of anything comes near it
_MOST_DIGITS: Final = 300  # of a whole number; more are read as infinite
_DEEPEST: Final = 100
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def decode_json(text: str) -> Any:
    """The value of `text`. NaN and numbers too great for a float are floats, as in JavaScript.

    What is nested deeper than a hundred levels becomes null, where it could not be read otherwise.

    Raises:
        ValueError: it is no JSON; a json.JSONDecodeError says where.
    """
    try:
        return json.loads(text, parse_int=_whole)
    except RecursionError:
        return _decode_shallow(text)


def as_count(value: object) -> int | None:
    """A whole number of at most twelve digits, also one that is written as 12.0; None: no count."""
    if type(value) is float and math.isfinite(value) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= _MOST else None


def kind_of(value: object) -> str:
    """The kind of a JSON value, in words."""
    names: dict[type, str] = {
        dict: "an object", list: "an array", str: "text", bool: "true or false", type(None): "null",
    }  # fmt: skip
    return names.get(type(value), "a number")


def shown(value: object) -> str:
    """A JSON value for a message: at most 40 characters, or its kind when it has parts."""
    return kind_of(value) if isinstance(value, dict | list) else repr(str(value)[:40])


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _decode_shallow(text: str) -> Any:
    try:
        return json.loads(_without_depths(text), parse_int=_whole)
    except ValueError as error:  # its place would be that in another text
        raise ValueError("it is nested too deeply, and not JSON") from error


def _without_depths(text: str) -> str:
    """`text` with null in place of each array and object on a level that is too deep."""
    kept, depth, at = [], 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == _DEEPEST + 1:
                kept += [text[at : token.start()], "null"]
        elif token[0] in ("]", "}"):
            if depth == _DEEPEST + 1:
                at = token.end()
            depth -= 1
    if depth > _DEEPEST:  # cut off within
        at = len(text)
    return "".join([*kept, text[at:]])
