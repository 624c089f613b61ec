"""Texts, numbers and days that have broken web services, and ways to spoil a good value."""

from __future__ import annotations

import re
from random import Random
from typing import Any, Final

DAYS: Final = (
    "0001-01-01", "0001-01-07", "0001-02-01", "9999-12-31", "9999-12-30", "10000-01-01",
    "0000-00-00",
    "2026-02-30", "2026-11-30", "2026-W53-1", "2026-W01", "2026-366", "20261120", "2026-1-1",
    "-2026-01-01", "２０２６-１１-２０", "2026-11-20T00:00", "2026-11-20T24:00:00Z", "1969-12-31",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "٢٠٢٦-١١-٢٠",
)  # fmt: skip
NUMBERS: Final = (
    "0", "-1", "1", "2", "١", "９", "²", "1.5", "1e400", "-1e400", "NaN", "Infinity", "9" * 18,
    "9" * 19,
    "9223372036854775807", "9223372036854775808", "2147483648", "9" * 400, "9" * 5000, "0x10",
    "1_000",
    "+1", " 1 ", "1e5", "00", "-0", "1,2,3", "1,", ",", "1;2", "None", "true",
)  # fmt: skip
TEXTS: Final = (
    "", " ", "\0", "a\0b", "-" * 40, "-", "--", "'",
    '"', "\\", "\\0", "%", "%00", "%s", "%(x)s", "{}",
    "{0}", "{{7*7}}", "{% x %}", "..", "../../etc/passwd", "/", "//", "?", "#", "&", ";", ":",
    "*", "()",
    "|", "!", "!!", ":*", "<->", "& |", "' OR 1=1 --", "\r\nX: y", "\n", "\t", "\x1b[31m", "\x7f",
    "\u202e", "\u0000", "\ud800", "\udfff\ud800", "\udcff", "\ufffe", "\ufeff", "\U0010ffff",
    "\u0130",
    "ß", "é" * 300, "💥", "\u0301" * 200, "a" * 300, "a" * 3000, "null", "[]", "[1]", "undefined",
    '"unclosed', 'a "b', "au:", "au:-", "cat:", "ti: or or", "or", "or or or", "-or",
    "(((((", "a or -",
    '-"', '""', '"-" "-"', "Y.", "Y. Y. Y.", "a-" * 30, "a/" * 30, "$\\sqrt{" * 20, "<script>",
    "http://[::1", "http://", "javascript:x", "x@y", "@", "a@b.c", "ada@example.com", "İ" * 30,
    "arXiv:2503.00001", "2503.00001v9", "math/0101001", "__class__", "pk", "id__id__id", "-pk.-pk",
)  # fmt: skip
RAW_BYTES: Final = (
    b"\xff",
    b"\xc0\xaf",
    b"%",
    b"%zz",
    b"%ff",
    b"\xed\xa0\x80",
    b"%u0041",
    b"+",
    b"\x80abc",
)


def any_text(random: Random) -> str:
    """A text of one of the lists, or two of them one after the other."""
    text = random.choice(random.choice((DAYS, NUMBERS, TEXTS)))
    return text + any_text(random) if random.random() < 0.1 else text


def spoiled(random: Random, good: str) -> str:
    """The good value, mostly changed: replaced, cut, doubled, or with something in it."""
    at = random.randrange(len(good) + 1)
    if random.random() < 0.5:
        return _alike(random, good)
    return random.choice(
        (
            good,
            any_text(random),
            good[:at],
            good + any_text(random),
            any_text(random) + good,
            good[:at] + any_text(random) + good[at:],
            good.swapcase(),
            good * 3,
        )
    )


def _alike(random: Random, good: str) -> str:
    """A hostile value of the same sort: a day, a number or a text."""
    if re.fullmatch(r"\d{4}-[\dW-]+", good):
        return random.choice(DAYS)
    return random.choice(NUMBERS if good.isdecimal() else TEXTS)


def spoiled_json(random: Random, value: Any, share: float = 0.15) -> Any:
    """A copy of a JSON value in which some parts are missing, or of another kind."""
    if random.random() < share:
        return _other_json(random)
    if isinstance(value, dict):
        kept = {name: part for name, part in value.items() if random.random() > share / 2}
        return {name: spoiled_json(random, part, share) for name, part in kept.items()}
    if isinstance(value, list):
        return [spoiled_json(random, part, share) for part in value] * random.choice(
            (1, 1, 1, 0, 2)
        )
    return value


def _other_json(random: Random) -> Any:
    deep: Any = []
    for _ in range(50):
        deep = [deep]
    numbers = (0, -1, 2**31, 2**63, 2**64, 10**30, -(10**30), 1e308, 253402300800, -62135596801)
    others: tuple[Any, ...] = (
        None,
        True,
        False,
        [],
        {},
        "",
        [None],
        {"": None},
        [[]],
        deep,
        any_text(random),
    )
    return random.choice((*others, random.choice(numbers), any_text(random)))
