"""A page of papers as plain text: a header, then titles and abstracts.

Empty lines divide the page into blocks. The header's lines (the badge, the call, the button,
the byline, the date) may be there or not. After them, for each paper: one block that is its
title, then one or more that are the paragraphs of its abstract. Nothing marks which is
which, so these rules decide:

- A block *can be a title* when it is one line of at most 250 characters without a web address.
- A block *can be a paragraph* when it has several lines, or more than 250 characters, or a web
  address, or ends in a full stop. An ellipsis is no full stop: titles end in dots too.
- The first block after a title must be a paragraph. Of the later ones, one that can be both
  is a title where the next block can be its abstract, and else a last, short paragraph.
- An abstract continues only after a paragraph with an end (a full stop, a bracket, an
  address), and not past 2,200 characters in all: that would be two abstracts.

A block that fits no rule is an error with its line and never a guess: a page without one of
its empty lines would otherwise lose a paper unnoticed. A paper whose title has no letters, or
stands there twice, moves no other: it alone is left out. The rules were tried on 12,858 titles and
abstracts from arXiv, in one line and wrapped, and read all of them right: the longest title
has 199 characters and the longest abstract 1,985, no title ends in a full stop, and no
abstract of under 250 characters ends without one. Cut in two paragraphs at a random full
stop, all but one in 500 are read right, and the others refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Final

from papers.fetched import FetchedPaper, FetchedSignal
from papers.sources import SourceError
from papers.sources.parsed import Parsed, refuse_if_most
from papers.text.clean import fold
from papers.text.titles import title_key

_LONGEST_TITLE: Final = 250
_LONGEST_PARAGRAPHS: Final = 2200  # together; arXiv takes 1,920 characters
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # fmt: skip  # noqa: E501
_HEADER: Final = re.compile(
    r"new|get trending papers in your email inbox!?|subscribe|by ?\S.* and the research community",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.? (?P<day>\d{{1,2}})(?:, ?(?P<year>\d{{4}}))?",
    re.IGNORECASE,
)
_NOT_TEXT: Final = "\0"  # other control characters are removed like all that no reader sees
_ADDRESS: Final = re.compile(  # bounded, or a very long line would take for ever
    r"(https?://|www\.|\b([\w-]{1,63}\.){1,4}[a-z]{2,20}/)\S*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without an empty one between them; `line` is the number of the first."""

    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def can_be_title(self) -> bool:
        return not self._is_long and not _ADDRESS.search(self.text)

    @property
    def can_be_paragraph(self) -> bool:
        return self._is_long or self._ends_in_full_stop or bool(_ADDRESS.search(self.text))

    @property
    def has_ended(self) -> bool:
        last_word = self.text.rsplit(" ", 1)[-1]
        ends = self._ends_in_full_stop or last_word[-1] in "!:;)]}\"'”’$"
        return ends or bool(_ADDRESS.match(last_word))

    @property
    def _ends_in_full_stop(self) -> bool:
        return self.text.endswith(".") and not self.text.endswith("..")

    @property
    def _is_long(self) -> bool:
        return len(self.lines) > 1 or len(self.text) > _LONGEST_TITLE


@dataclass(frozen=True, slots=True)
class _Entry:
    title: _Block
    abstract: list[_Block] = field(default_factory=list)


def parse(text: str, day: date) -> Parsed[FetchedPaper]:
    """The papers of a page listed on `day`, in the page's order; each has its position, from 1.

    Raises:
        SourceError: the text is no such page, and names the line; or most papers are left out.
    """
    lines = _lines(text)
    blocks = _blocks(lines, start=_header_length(lines))
    if not blocks:
        where = "is the page's header" if any(lines) else "is empty"
        raise SourceError(f"no papers: all there {where}", line=1)
    papers, left_out, seen = list[FetchedPaper](), list[str](), dict[str, int]()
    for position, entry in enumerate(_entries(blocks), start=1):
        if reason := _why_not_a_title(entry.title, seen):
            left_out.append(f"line {entry.title.line}: {reason}")
        else:
            papers.append(_paper(entry, position, day))
    refuse_if_most(left_out, len(papers))
    return Parsed(papers, left_out)


def contradiction(text: str, day: date) -> str | None:
    """The date in the page's header, as it is written there, when it is not `day`."""
    lines = _lines(text)
    for line in lines[: _header_length(lines)]:
        if found := _DATE.fullmatch(line):
            month = _MONTHS.index(found["month"].lower()) + 1
            written = (int(found["year"] or day.year), month, int(found["day"]))
            return line if written != (day.year, day.month, day.day) else None
    return None


def _lines(text: str) -> list[str]:
    # Not splitlines(): that also splits where no editor counts a new line.
    lines = re.split(r"\r\n|\r|\n", text)
    for number, line in enumerate(lines, start=1):
        if _NOT_TEXT in line:
            raise SourceError("a control character; is this a text file?", line=number)
    if re.match(r"\s*<(!doctype|html)", text, re.IGNORECASE):
        raise SourceError("this is HTML; save the page as text", line=1)
    return [fold(line) for line in lines]


def _header_length(lines: list[str]) -> int:
    """How many lines at the top are empty or belong to the header."""
    for number, line in enumerate(lines):
        if line and not _HEADER.fullmatch(line) and not _DATE.fullmatch(line):
            return number
    return len(lines)


def _blocks(lines: list[str], start: int) -> list[_Block]:
    numbered = enumerate(lines[start:], start=start + 1)
    groups = (
        list(group) for has_text, group in groupby(numbered, lambda n: bool(n[1])) if has_text
    )
    return [_Block(group[0][0], tuple(line for _, line in group)) for group in groups]


def _entries(blocks: list[_Block]) -> Iterator[_Entry]:
    entry = _Entry(_as_title(blocks[0]))
    for block, following in zip(blocks[1:], [*blocks[2:], None], strict=False):
        if not entry.abstract:
            entry.abstract.append(_as_abstract(block, entry.title))
        elif _starts_a_paper(block, following):
            yield entry
            entry = _Entry(block)
        else:
            entry.abstract.append(_as_next_paragraph(block, entry.abstract))
    if not entry.abstract:
        raise SourceError(
            f"no abstract follows the title {_quote(entry.title)}", line=entry.title.line
        )
    yield entry


def _starts_a_paper(block: _Block, following: _Block | None) -> bool:
    if not block.can_be_title or not block.can_be_paragraph:
        return block.can_be_title
    return following is not None and following.can_be_paragraph


def _as_title(block: _Block) -> _Block:
    if block.can_be_title:
        return block
    raise SourceError(
        "a title should stand here: one line of at most "
        f"{_LONGEST_TITLE} characters, then an empty line",
        line=block.line,
    )


def _as_abstract(block: _Block, title: _Block) -> _Block:
    if block.can_be_paragraph:
        return block
    raise SourceError(
        f"two titles in a row: no abstract follows {_quote(title)} of line {title.line} "
        "(a short abstract ends in a full stop)",
        line=block.line,
    )


def _as_next_paragraph(block: _Block, before: list[_Block]) -> _Block:
    if not before[-1].has_ended:
        raise SourceError(
            "a title should stand here, or an empty line is missing: the paragraph of line "
            f"{before[-1].line} does not end, and a title is one line",
            line=block.line,
        )
    if sum(len(it.text) for it in (*before, block)) > _LONGEST_PARAGRAPHS:
        raise SourceError(
            f"two abstracts in a row, from line {before[0].line} on and here, and no title "
            "between them (if they are one, make it one paragraph)",
            line=block.line,
        )
    if len(block.lines) > 1 and len(block.lines[0]) <= _LONGEST_TITLE < len(block.lines[1]):
        raise SourceError("an empty line is missing after this title", line=block.line)
    return block


def _why_not_a_title(title: _Block, seen: dict[str, int]) -> str:
    """Why a paper with this title is left out; empty when it is not. `seen`: lines by title."""
    key = title_key(title.text)
    if not key:
        return f"a title without letters: {_quote(title)}"
    if key in seen:
        return f"{_quote(title)} is already on line {seen[key]}"
    seen[key] = title.line
    return ""


def _paper(entry: _Entry, position: int, day: date) -> FetchedPaper:
    title, summary = entry.title.text, "\n\n".join(block.text for block in entry.abstract)
    return FetchedPaper(
        title=title,
        summary=summary,
        listed_on=day,
        signals=(FetchedSignal("position", position),),
        raw={"position": position, "title": title, "abstract": summary},
    )


def _quote(block: _Block) -> str:
    text = block.text
    return f"“{text}”" if len(text) <= 60 else f"“{text[:59]}…”"
