"""Read what a reader pasted or uploaded: which papers it names, in whichever format it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from papers.text.arxiv_ids import month_of
from papers.text.titles import title_key
from subscribers.seeds import bibtex, csl, lines, table, tagged
from subscribers.seeds.bibtex import Entry
from subscribers.seeds.identities import Identity, lists_in
from subscribers.seeds.reference import Reference, reference

MOST_CHARACTERS: Final = 1024 * 1024
_LINE_ENDS: Final = re.compile(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_MOST: Final = 20_000  # references; a large library has 5,000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text names.

    `papers` are references with an identity, each paper once; `titles` those with titles only;
    `lists` ORCID iDs and arXiv authors; `unclear` the entries that name nothing. All are in the
    order of the text.
    """

    papers: tuple[Reference, ...] = ()
    titles: tuple[Reference, ...] = ()
    lists: tuple[Identity, ...] = ()
    unclear: tuple[Reference, ...] = ()

    def __add__(self, other: Reading) -> Reading:
        """Both, each paper once."""
        known = {one.identity for one in self.papers}
        papers = [one for one in other.papers if one.identity not in known]
        return Reading(
            (*self.papers, *papers),
            (*self.titles, *other.titles),
            tuple(dict.fromkeys([*self.lists, *other.lists])),
            (*self.unclear, *other.unclear),
        )

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to read."""
        return not (self.papers or self.titles or self.lists or self.unclear)


def read(text: str) -> Reading:
    """The papers that a text names: ids, addresses, BibTeX, RIS, JSON, CSV, or a plain list.

    It never fails, and asks for nothing. The first megabyte of characters counts.
    """
    text = _LINE_ENDS.sub("\n", text[:MOST_CHARACTERS].replace("\x00", ""))
    found = list(islice(_references(text), _MOST))
    return _sorted_out(found, _lists(text))


def newest_first(found: Iterable[Reference]) -> list[Reference]:
    """References by the month of their arXiv id, or the year that they name; others last."""
    return sorted(found, key=_age, reverse=True)


def _age(one: Reference) -> tuple[int, int]:
    if one.identity and one.identity.kind == "arxiv":
        month = month_of(one.identity.value)
        return month.year, month.month
    return one.year, 0


def _references(text: str) -> Iterator[Reference]:
    if rows := csl.rows_of(text):
        yield from _of_entries(csl.entries(rows))
    elif bibtex.is_bibtex(text):
        typed = lines.references(bibtex.outside(text))
        yield from sorted([*typed, *_of_entries(bibtex.entries(text))], key=lambda one: one.line)
    elif tagged.is_tagged(text):
        yield from _of_entries(tagged.entries(text))
    elif separator := table.separator_of(text):
        yield from _of_entries(table.entries(text, separator))
    elif lines.is_markup(text):
        yield from _of_page(lines.without_markup(text))
    else:
        yield from lines.references(text)


def _of_entries(entries: Iterable[Entry]) -> Iterator[Reference]:
    return (reference(entry.line, entry.fields) for entry in entries)


def _of_page(text: str) -> Iterator[Reference]:
    """The ids of a web page. Its other lines are no papers, and none of them is unclear."""
    return (one for one in lines.references(text) if one.identity)


def _lists(text: str) -> tuple[Identity, ...]:
    """The lists that lines name. In an entry an ORCID iD only says who an author is."""
    is_entries = bibtex.is_bibtex(text) or tagged.is_tagged(text) or text.lstrip()[:1] in "[{"
    if is_entries or table.separator_of(text):
        return ()
    found = (one for line in text.split("\n")[:_MOST] if len(line) < 400 for one in lists_in(line))
    return tuple(dict.fromkeys(found))


def _sorted_out(found: list[Reference], lists: tuple[Identity, ...]) -> Reading:
    papers: dict[object, Reference] = {}
    titles: dict[object, Reference] = {}
    unclear = []
    for one in found:
        if one.identity:
            papers.setdefault(one.identity, one)
        elif keys := _keys(one):
            titles.setdefault(keys, one)
        elif not _is_list(one, lists):
            unclear.append(one)
    named = [one for one in titles.values() if not _is_list(one, lists)]
    return Reading(tuple(papers.values()), tuple(named), lists, tuple(unclear))


def _keys(one: Reference) -> tuple[str, ...]:
    return tuple(filter(None, map(title_key, one.titles)))


def _is_list(one: Reference, lists: tuple[Identity, ...]) -> bool:
    """Whether the line is the one that names an author's list."""
    return bool(lists) and any(found in lists for found in lists_in(one.shown))
