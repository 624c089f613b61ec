"""Parsing what arXiv sends: the Atom of its query API, and its daily announcement feeds.

Both are XML from outside. XML declares entities in a document type, external ones and those
that grow into gigabytes; no response of arXiv has one, so defusedxml refuses each document type
before its first entity is declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, NoReturn, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DTDForbidden
from defusedxml.ElementTree import fromstring

from papers.sources import SourceError
from papers.text.arxiv_ids import arxiv_id
from papers.text.clean import fold, fold_paragraphs
from papers.text.names import names_of, split_names
from papers.text.titles import LONGEST_TITLE, title_key

Announced = Literal["new", "cross", "replace", "replace-cross", ""]

_NAMES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_LONGEST_CATEGORY: Final = 20  # what the column holds; the longest real one has 18 characters
# Classes of other schemes stand beside arXiv's own: "68T07", "I.2.7; F.2.2".
_CATEGORY: Final = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z]+(-[a-z]+)?)?")
_VERSION: Final = re.compile(r"v(\d+)$")
_LEAD: Final = re.compile(r"\AarXiv:\S+\s+Announce Type:[^\n]*\n\s*(?:Abstract:\s*)?")
_WITHDRAWN: Final = re.compile(
    r"\b(?:paper|article|manuscript|submission|preprint|version)\s+"
    r"(?:has\s+been|have\s+been|was|is(?:\s+being)?)\s+(?:temporarily\s+)?withdrawn\b"
    r"|\A\W*withdrawn\b"
    r"|\bwithdrawn\s+by\s+(?:the\s+)?(?:authors?|arxiv)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper as arXiv describes it, in its newest version of the response.

    `announced_on` and `announced` (new, cross, …) are of announcement feeds only, and
    `published_on`, `comment` and what follows it of the query API.
    """

    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # the primary one first
    announced: Announced = ""
    announced_on: date | None = None
    published_on: date | None = None
    comment: str = ""
    journal: str = ""
    doi: str = ""

    @property
    def is_withdrawn(self) -> bool:
        """Whether its authors or arXiv withdrew it. There is no mark for it, only prose."""
        return bool(_WITHDRAWN.search(self.comment) or _WITHDRAWN.search(self.abstract[:200]))

    @property
    def is_revision(self) -> bool:
        """Whether a feed announced a new version of a paper that it had announced before."""
        return self.announced.startswith("replace")

    @property
    def raw(self) -> dict[str, Any]:
        """The entry as JSON, without the day that each feed repeats for an unchanged paper."""
        fields = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        fields.pop("announced_on", None)
        if self.published_on:
            fields["published_on"] = self.published_on.isoformat()
        return fields


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The entries of a response in its order, each paper once, and what could not be read."""

    entries: tuple[Entry, ...] = ()
    unreadable: tuple[str, ...] = field(default=())


def parse_query(content: bytes) -> ParsedFeed:
    """Parse a response of the query API. No entries is usual: none of the ids is known.

    Raises:
        SourceError: arXiv answered with an error, which it wraps into an entry, or this is
            no such response. Only the former is permanent: the same request would fail again.
    """
    feed = _root(content)
    if feed.tag != _tag("atom:feed"):
        raise _unexpected(feed, "an Atom feed")
    entries = feed.findall("atom:entry", _NAMES)
    for entry in entries:
        _raise_if_error(entry)
    return _parsed(entries, _of_query)


def parse_announcements(content: bytes) -> ParsedFeed:
    """Parse a day's announcements, as Atom or as RSS. No entries is usual: weekends, holidays.

    Raises:
        SourceError: this is no feed.
    """
    feed = _root(content)
    if feed.tag == _tag("atom:feed"):
        return _parsed(feed.findall("atom:entry", _NAMES), _of_atom)
    channel = feed.find("channel")
    if feed.tag == "rss" and channel is not None:
        return _parsed(channel.findall("item"), _of_rss)
    raise _unexpected(feed, "a feed")


# ── XML ──────────────────────────────────────────────────────────────────────


def _root(content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
        return root
    except DTDForbidden as error:
        page = " (this is a web page, perhaps an error page)" if _is_html(error.name) else ""
        _refuse(f"a document type is not allowed{page}", cause=error)
    except ParseError as error:
        line, column = error.position
        reason = f"not XML, or cut off: {str(error).partition(':')[0]} (column {column})"
        if not content.strip():
            reason = "the answer is empty"
        raise SourceError(reason, line=line, permanent=False) from error
    except (ValueError, LookupError) as error:  # an encoding that expat does not know
        _refuse(f"not XML that can be read: {error}", cause=error)


def _is_html(name: str) -> bool:
    return name.lower() == "html"


def _refuse(reason: str, cause: Exception) -> NoReturn:
    raise SourceError(reason, permanent=False) from cause


def _unexpected(root: Element, wanted: str) -> SourceError:
    name = root.tag.rpartition("}")[2][:40]
    page = ", so a web page, perhaps an error page" if _is_html(name) else ""
    return SourceError(f"{wanted} was expected, not <{name}>{page}", permanent=False)


def _raise_if_error(entry: Element) -> None:
    if "/api/errors" in _text(entry, "atom:id"):
        reason = fold(_text(entry, "atom:summary")) or "no reason given"
        raise SourceError(f"arXiv answered with an error: {reason}", permanent=True)


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMES[prefix]}}}{local}"


def _text(element: Element, path: str) -> str:
    return element.findtext(path, "", _NAMES)


# ── entries ──────────────────────────────────────────────────────────────────


def _parsed(elements: Iterable[Element], read: Callable[[Element], Entry]) -> ParsedFeed:
    """Each paper once, in its newest version, with the day of its first."""
    newest: dict[str, Entry] = {}
    unreadable = []
    for element in elements:
        try:
            entry = read(element)
        except ValueError as error:
            # One malformed entry must not lose the other hundred.
            unreadable.append(str(error))
            continue
        known = newest.get(entry.arxiv_id)
        newest[entry.arxiv_id] = entry if known is None else _folded(known, entry)
    return ParsedFeed(tuple(newest.values()), tuple(unreadable))


def _folded(one: Entry, other: Entry) -> Entry:
    older, newer = sorted((one, other), key=lambda entry: entry.version)
    days = [entry.published_on for entry in (older, newer) if entry.published_on]
    return replace(newer, published_on=min(days, default=None))


def _of_query(entry: Element) -> Entry:
    name = _text(entry, "atom:id")
    primary = entry.find("arxiv:primary_category", _NAMES)
    first = [] if primary is None else [primary.get("term", "")]
    terms = [category.get("term", "") for category in entry.findall("atom:category", _NAMES)]
    return Entry(
        arxiv_id=_identity(name),
        version=_version(name),
        title=_title(_text(entry, "atom:title"), name),
        abstract=fold_paragraphs(_text(entry, "atom:summary")),
        authors=names_of(
            author.text or "" for author in entry.findall("atom:author/atom:name", _NAMES)
        ),
        categories=_categories(first + terms),
        published_on=_day(_text(entry, "atom:published")),
        comment=fold(_text(entry, "arxiv:comment")),
        journal=fold(_text(entry, "arxiv:journal_ref")),
        doi=fold(_text(entry, "arxiv:doi")),
    )


def _of_atom(entry: Element) -> Entry:
    terms = [category.get("term", "") for category in entry.findall("atom:category", _NAMES)]
    name, title = _text(entry, "atom:id"), _text(entry, "atom:title")
    announced = _announcement(entry, name, title, _text(entry, "atom:summary"), terms)
    return replace(announced, announced_on=_day(_text(entry, "atom:published")))


def _of_rss(item: Element) -> Entry:
    terms = [category.text or "" for category in item.findall("category")]
    name, title = _text(item, "guid"), _text(item, "title")
    announced = _announcement(item, name, title, _text(item, "description"), terms)
    return replace(announced, announced_on=_mail_day(_text(item, "pubDate")))


def _announcement(
    element: Element, name: str, title: str, summary: str, terms: Iterable[str]
) -> Entry:
    """The fields that both kinds of feed share; each has its own field for the day."""
    return Entry(
        arxiv_id=_identity(name),
        version=_version(name),
        title=_title(title, name),
        abstract=fold_paragraphs(_LEAD.sub("", summary.lstrip())),
        authors=tuple(split_names(_text(element, "dc:creator"))),
        categories=_categories(terms),
        announced=cast("Announced", _text(element, "arxiv:announce_type").strip()),
    )


def _identity(name: str) -> str:
    if identity := arxiv_id(name):
        return identity
    raise ValueError(f"no arXiv id in {name[:80]!r}")


def _version(name: str) -> int:
    found = _VERSION.search(name.strip())
    return int(found[1]) if found else 1


def _title(text: str, name: str) -> str:
    title = fold(text)
    if not title_key(title) or len(title) > LONGEST_TITLE:
        raise ValueError(f"{name[:80]}: no title in {title[:60]!r}")
    return title


def _categories(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(_is_category, map(str.strip, terms))))


def _is_category(term: str) -> bool:
    return len(term) <= _LONGEST_CATEGORY and bool(_CATEGORY.fullmatch(term))


def _day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _mail_day(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text.strip()).astimezone(UTC).date()
    except (ValueError, TypeError):
        return None
