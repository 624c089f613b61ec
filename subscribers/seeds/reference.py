"""One reference: the paper that an entry of a reference manager, or a line of a list, is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from papers.text.arxiv_ids import arxiv_id, ids_in
from papers.text.clean import fold
from papers.text.shorten import shortened
from subscribers.seeds.identities import Identity, dois_in

Fields = Mapping[str, Sequence[str]]  # by lower-case name; a field may come more than once

# Where programs write what identifies a paper, the most reliable field first. Abstracts and lists
# of references name other papers: they are not read.
_OWN_ID: Final = ("eprint", "arxivid", "arxiv", "arxiv_id", "arxiv id", "archiveid", "arxivnumber")
_DOI: Final = ("doi", "do", "r", "lid", "aid", "dois")
_PLACES: Final = (
    "url", "ur", "u", "urls", "link", "links", "l1", "l2", "lk", "howpublished", "adsurl", "html",
    "journal", "journaltitle", "jo", "jf", "j2", "ja", "t2", "b", "j", "container-title",
    "publication title", "volume", "vl", "v", "number", "is", "n", "m1", "m3", "c1", "an", "m",
    "archive_location", "archive location", "loc. in archive", "series", "pages", "sp", "p",
    "publisher", "pb", "i", "institution", "repository", "type", "reportnumber", "id", "key", "pg",
)  # fmt: skip
_NOTES: Final = ("note", "extra", "annote", "n1", "z", "addendum", "file", "pdf")
_TITLES: Final = ("title", "ti", "t1", "t", "article title", "document title")
_YEARS: Final = ("year", "date", "py", "y1", "da", "d", "dp", "issued", "publication year")
_SAYS_ARXIV: Final = re.compile(
    r"arxiv|ar5iv|\bcorr\b|10\.48550|huggingface|\bhf\.co", re.IGNORECASE
)
_OLD_NUMBER: Final = re.compile(r"[0-9]{7}")
_YEAR: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_COMMAND_OR_GROUP: Final = re.compile(r"(\\(?:[a-zA-Z]+|.)\s*\{[^{}]*\})|\{([^{}\\]*)\}")
_SHOWN: Final = 80


class Reference(NamedTuple):
    """What one entry or line says. Without an identity its titles may find a stored paper.

    `line` counts from 1 in the text that was read; `shown` is how a page repeats the entry.
    `year` is 0 when none is known.
    """

    line: int
    shown: str
    identity: Identity | None = None
    titles: tuple[str, ...] = ()
    year: int = 0


def reference(line: int, fields: Fields) -> Reference:
    """The one paper that the fields of an entry describe."""
    titles = tuple(plain_title(title) for title in _values(fields, _TITLES))
    identity = _identity(fields)
    name = next(iter(titles), "") or next(_values(fields, (*_PLACES, *_NOTES)), "")
    years = _YEAR.findall(" ".join(_values(fields, _YEARS)))
    year = int(years[0]) if years else 0
    return Reference(line, shortened(fold(name), _SHOWN), identity, titles, year)


def plain_title(title: str) -> str:
    """A title of BibTeX without the braces that keep capitals: `{BERT}` and `{B}ERT`."""
    if "{" not in title:
        return title
    for _ in range(4):
        plain = _COMMAND_OR_GROUP.sub(lambda found: found[1] or found[2] or "", title)
        if plain == title:
            break
        title = plain
    return title


def _identity(fields: Fields) -> Identity | None:
    ways = (_arxiv_by_own_field, _arxiv_by_place, _doi, _arxiv_by_note, _doi_by_note)
    return next((found for way in ways if (found := way(fields))), None)


def _arxiv_by_own_field(fields: Fields) -> Identity | None:
    for value in _values(fields, _OWN_ID):
        if found := _first_id([value]) or _old_id(value, fields):
            return found
    return None


def _old_id(number: str, fields: Fields) -> Identity | None:
    """An old id of which the entry has the archive in another field: 0309136 and math.GT."""
    if not _OLD_NUMBER.fullmatch(number.strip()):
        return None
    for archive in _values(fields, ("primaryclass", "eprintclass")):
        if found := arxiv_id(f"{archive.partition('.')[0].strip()}/{number.strip()}"):
            return Identity("arxiv", found)
    return None


def _arxiv_by_place(fields: Fields) -> Identity | None:
    named = [*_values(fields, _DOI), *_values(fields, _PLACES)]
    says_arxiv = any(_SAYS_ARXIV.search(value) for value in named)
    return _first_id(named) if says_arxiv else None


def _arxiv_by_note(fields: Fields) -> Identity | None:
    return _first_id(value for value in _values(fields, _NOTES) if _SAYS_ARXIV.search(value))


def _doi(fields: Fields) -> Identity | None:
    return _first_doi([*_values(fields, _DOI), *_values(fields, _PLACES)])


def _doi_by_note(fields: Fields) -> Identity | None:
    return _first_doi(_values(fields, _NOTES))


def _first_id(values: Iterable[str]) -> Identity | None:
    ids = (found for value in values for found in ids_in(value))
    return next((Identity("arxiv", one) for one in ids), None)


def _first_doi(values: Iterable[str]) -> Identity | None:
    dois = (found for value in values for found in dois_in(value))
    return next((Identity("doi", one) for one in dois), None)


def _values(fields: Fields, names: Iterable[str]) -> Iterator[str]:
    return (value for name in names for value in fields.get(name, ()) if value.strip())
