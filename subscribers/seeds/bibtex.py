"""The entries of a BibTeX file, also of one with missing braces, quotes or commas."""

from __future__ import annotations

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

# An entry begins with its kind, and an open brace or parenthesis, at the begin of a line or after
# the end of another one: an "@" within an address is no begin. A blank before it is white space, so
# none is matched: a megabyte of blanks would be gone through from each of them.
_BEGIN: Final = re.compile(
    r"(?:^|(?<=[}\s)]))@[ \t]*(?P<kind>[a-z]+)\s*[{(]", re.IGNORECASE | re.MULTILINE
)
_NO_PAPERS: Final = frozenset({"comment", "string", "preamble", "set", "xdata"})
_FIELD: Final = re.compile(r"(?:^|[,{(\s])(?P<name>[a-z][a-z0-9_+-]{0,40})\s*=\s*", re.IGNORECASE)
_BRACE: Final = re.compile(r"(?<!\\)[{}]")
_QUOTE: Final = re.compile(r'(?<!\\)"')
_WHOLE: Final = re.compile(r"\{([^{}\n]*)\}")
_BARE: Final = re.compile(r"[^,\n}]*")
_NEXT_FIELD: Final = re.compile(r"\n[^\S\n]*[a-z][a-z0-9_+-]{0,40}\s*=", re.IGNORECASE)
_SWALLOWED: Final = re.compile(r"\n[^\S\n]*[a-z][a-z0-9_+-]{0,40}\s*=\s*[{\"0-9]", re.IGNORECASE)
_LONGEST: Final = 20_000  # characters of a value that are read; an abstract has 2,000


class Entry(NamedTuple):
    """The fields of an entry by lower-case name, and its first line, which counts from 1."""

    line: int
    fields: dict[str, list[str]]


def is_bibtex(text: str) -> bool:
    """Whether a text holds entries of BibTeX."""
    return any(found["kind"].lower() not in _NO_PAPERS for found in _BEGIN.finditer(text))


def entries(text: str) -> Iterator[Entry]:
    """The entries of a text; comments and macros are left out."""
    begins = list(_BEGIN.finditer(text))
    ends = [*(found.start() for found in begins), len(text)][1:]
    lines = _line_ends(text)
    for found, end in zip(begins, ends, strict=True):
        if found["kind"].lower() not in _NO_PAPERS:
            at = found.start("kind")
            yield Entry(1 + bisect(lines, at - 1), _fields(text[found.end() : end]))


def outside(text: str) -> str:
    """What stands before the first entry, where a reader may have typed something else."""
    found = _BEGIN.search(text)
    return text[: found.start()] if found else text


def _fields(text: str) -> dict[str, list[str]]:
    fields = defaultdict[str, list[str]](list)
    at = 0
    is_broken = False  # a brace is missing: braces say no more where a value ends
    while found := _FIELD.search(text, at):
        value, at, is_closed = _value(text, found.end(), is_broken=is_broken)
        is_broken = is_broken or not is_closed
        fields[found["name"].lower()].append(value[:_LONGEST])
    return fields


def _value(text: str, at: int, *, is_broken: bool) -> tuple[str, int, bool]:
    """A value, where it ends, and whether it was closed."""
    opening = text[at : at + 1]
    if opening == "{" and not is_broken:
        end = _closing_brace(text, at)
        if end is not None and not _SWALLOWED.search(text, at, end):
            return text[at + 1 : end], end + 1, True
        return (*_until_next_field(text, at), False)
    if opening == '"' and not is_broken and (found := _QUOTE.search(text, at + 1)):
        return text[at + 1 : found.start()], found.end(), True
    if opening == "{" and (whole := _WHOLE.match(text, at)):
        return whole[1], whole.end(), True
    if opening in ("{", '"'):
        return (*_until_next_field(text, at), not is_broken)
    found = _BARE.match(text, at)
    return (found[0], found.end(), True) if found else ("", at, True)


def _closing_brace(text: str, at: int) -> int | None:
    depth = 0
    for found in _BRACE.finditer(text, at):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return None


def _until_next_field(text: str, at: int) -> tuple[str, int]:
    found = _NEXT_FIELD.search(text, at)
    end = found.start() if found else len(text)
    return text[at:end].strip(' \t\n{}",'), end


def _line_ends(text: str) -> list[int]:
    return [found.start() for found in re.finditer("\n", text)]
