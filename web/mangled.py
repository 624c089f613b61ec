"""Find a token in the end of a URL that mail programs, proxies and people have changed.

Where a link was found by a program, a bracket or a full stop may be part of it; where a mail was
decoded twice or not at all, "=3D" or the "=" of a soft line break; where it was copied by hand,
blanks or the whole link again. Every token has a proof, so that a wrong guess opens nothing: each
reading of such an end is tried, a few of them at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import unquote

_LONGEST: Final = 2_000  # characters that are looked at
_MOST: Final = 6  # each one takes a query
_UNQUOTED: Final = 3  # times
# What a decoder leaves of a soft line break: "=" alone, or escapes such as "=3D" and "=0D=0A".
_BREAK: Final = re.compile(r"=\s+")
_LEFTOVERS: Final = (re.compile("=(?:[0-9A-Fa-f]{2})?"), re.compile("="))


def route(start: str, end: str = "") -> str:
    """A pattern for `re_path`: a path in any case, whose token may be anything or missing.

    With an `end`, the token stands between the two.
    """
    if end:
        return rf"^{_any_case(start)}/(?P<token>[\s\S]*)/{_any_case(end)}\W*\Z"
    return rf"^{_any_case(start)}(?:/(?P<token>[\s\S]*))?\Z"


def _any_case(path: str) -> str:
    """Not by a flag: Django cannot reverse such a pattern."""
    return "".join(f"[{one}{one.upper()}]" if one.islower() else one for one in path)


def readings(text: str, forms: Sequence[re.Pattern[str]]) -> list[str]:
    """What in the text has one of these forms, at most six readings, the likeliest first."""
    found = (match[0] for plain in _plain(text) for form in forms for match in form.finditer(plain))
    return list(islice(dict.fromkeys(found), _MOST))


def _plain(text: str) -> Iterator[str]:
    """The text, then without blanks and what is invisible, then without leftovers of breaks."""
    text = text[:_LONGEST]
    for _ in range(_UNQUOTED):
        text = unquote(text)
    yield text
    yield _BREAK.sub("", text)
    visible = "".join(one for one in text if one.isprintable() and not one.isspace())
    yield visible
    if "=" in visible:
        for leftover in _LEFTOVERS:
            yield leftover.sub("", visible)
