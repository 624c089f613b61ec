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

from papers.fetched import LONGEST_CATEGORY, YEARS
from papers.sources import SourceError
from papers.sources.parsed import refuse_if_most
from papers.text.arxiv_ids import arxiv_id
from papers.text.clean import fold, fold_paragraphs
from papers.text.names import names_of, split_names
from papers.text.titles import LONGEST_TITLE, title_key
from papers.text.withdrawal import is_only_notice, withdraws

Announced = Literal["new", "cross", "replace", "replace-cross", ""]

_NAMES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
}
# Classes of other schemes stand beside arXiv's own: "68T07", "I.2.7; F.2.2".
_CATEGORY: Final = re.compile(r"[a-z]+(-[a-z]+)?(\.[A-Za-z]+(-[a-z]+)?)?")
_VERSION: Final = re.compile(r"v(\d+)$")
_LEAD: Final = re.compile(r"\AarXiv:\S+\s+Announce Type:[^\n]*\n\s*(?:Abstract:\s*)?")
_NO_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE: Final = re.compile(r"&#(?:(?P<decimal>\d{1,9})|x(?P<hex>[0-9a-fA-F]{1,7}));")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper as arXiv describes it, in its newest version of the response.

    `announced_on` and `announced` (new, cross, …) are of announcement feeds only, and
    `published_on`, `updated_on` (the day of this version), `comment` and what follows it of the
    query API.
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
    updated_on: date | None = None
    comment: str = ""
    journal: str = ""
    doi: str = ""
    left_out: tuple[str, ...] = ()  # what of the entry could not be read

    @property
    def is_withdrawn(self) -> bool:
        """Whether its authors or arXiv withdrew it. There is no mark for it, only prose."""
        return withdraws(self.comment, self.version) or is_only_notice(self.abstract)

    @property
    def is_revision(self) -> bool:
        """Whether a feed announced a new version of a paper that it had announced before."""
        return self.announced.startswith("replace")

    @property
    def raw(self) -> dict[str, Any]:
        """The entry as JSON, without the day that each feed repeats for an unchanged paper."""
        fields = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        for name in ("announced_on", "left_out"):
            fields.pop(name, None)
        days = {name: day.isoformat() for name, day in fields.items() if isinstance(day, date)}
        return fields | days


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The entries of a response in its order, each paper once, and what could not be read.

    `unreadable` has the reason for each entry that is left out, and `missing` is how many entries
    the response says that it has and does not have.
    """

    entries: tuple[Entry, ...] = ()
    unreadable: tuple[str, ...] = field(default=())
    missing: int = 0


def parse_query(content: bytes) -> ParsedFeed:
    """Parse a response of the query API to a list of ids, all in one response.

    No entries is usual: none of the ids is known. But then the response says so (`missing`).

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
    missing = _total(feed) - len(entries)
    return replace(_parsed(entries, _of_query), missing=max(missing, 0))


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
        return _parse(content)
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


def _parse(content: bytes) -> Element:
    """The root of XML, if need be without characters that XML forbids: one costs no other entry.

    Raises:
        ParseError: it is no XML, or cut off.
    """
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except ParseError as error:
        try:
            root = fromstring(_without_forbidden(content), forbid_dtd=True)
        except (ParseError, UnicodeDecodeError):
            raise error from None
    return root


def _without_forbidden(content: bytes) -> str:
    return _NO_XML.sub("", _REFERENCE.sub(_valid_reference, content.decode()))


def _valid_reference(found: re.Match[str]) -> str:
    number = int(found["decimal"] or found["hex"], 10 if found["decimal"] else 16)
    is_valid = number <= 0x10FFFF and not _NO_XML.match(chr(number))
    return found[0] if is_valid else ""


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


def _total(feed: Element) -> int:
    """How many papers the response says that it has; 0 when it says nothing."""
    total = _text(feed, "opensearch:totalResults").strip()
    return int(total) if total.isascii() and total.isdigit() else 0


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMES[prefix]}}}{local}"


def _text(element: Element, path: str) -> str:
    return element.findtext(path, "", _NAMES)


# ── entries ──────────────────────────────────────────────────────────────────


def _parsed(elements: Iterable[Element], read: Callable[[Element], Entry]) -> ParsedFeed:
    """Each paper once, in its newest version, with the day of its first.

    Raises:
        SourceError: most entries cannot be read.
    """
    newest: dict[str, Entry] = {}
    unreadable, readable = list[str](), 0
    for element in elements:
        try:
            entry = read(element)
        except ValueError as error:
            # One malformed entry must not lose the other hundred.
            unreadable.append(str(error))
            continue
        readable += 1
        known = newest.get(entry.arxiv_id)
        newest[entry.arxiv_id] = entry if known is None else _folded(known, entry)
    refuse_if_most(unreadable, readable)
    return ParsedFeed(tuple(newest.values()), tuple(unreadable))


def _folded(one: Entry, other: Entry) -> Entry:
    older, newer = sorted((one, other), key=lambda entry: entry.version)
    days = [entry.published_on for entry in (older, newer) if entry.published_on]
    return replace(newer, published_on=min(days, default=None))


def _of_query(entry: Element) -> Entry:
    name, published = _text(entry, "atom:id"), _text(entry, "atom:published")
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
        published_on=_day(published),
        updated_on=_day(_text(entry, "atom:updated")),
        left_out=_malformed(name, published, _day(published)),
        comment=fold(_text(entry, "arxiv:comment")),
        journal=fold(_text(entry, "arxiv:journal_ref")),
        doi=fold(_text(entry, "arxiv:doi")),
    )


def _of_atom(entry: Element) -> Entry:
    terms = [category.get("term", "") for category in entry.findall("atom:category", _NAMES)]
    name, title = _text(entry, "atom:id"), _text(entry, "atom:title")
    announced = _announcement(entry, name, title, _text(entry, "atom:summary"), terms)
    return _dated(announced, _text(entry, "atom:published"), _day)


def _of_rss(item: Element) -> Entry:
    terms = [category.text or "" for category in item.findall("category")]
    name, title = _text(item, "guid"), _text(item, "title")
    announced = _announcement(item, name, title, _text(item, "description"), terms)
    return _dated(announced, _text(item, "pubDate"), _mail_day)


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


def _dated(entry: Entry, written: str, read: Callable[[str], date | None]) -> Entry:
    day = read(written)
    return replace(entry, announced_on=day, left_out=_malformed(entry.arxiv_id, written, day))


def _malformed(name: str, written: str, day: date | None) -> tuple[str, ...]:
    """What is left out of an entry whose day is written and cannot be read."""
    return () if day or not written.strip() else (f"{name}: no day: {written.strip()[:40]!r}",)


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
    return len(term) <= LONGEST_CATEGORY and bool(_CATEGORY.fullmatch(term))


def _day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return _plausible((moment.astimezone(UTC) if moment.tzinfo else moment).date())
    except (ValueError, OverflowError):
        return None


def _mail_day(text: str) -> date | None:
    try:
        return _plausible(parsedate_to_datetime(text.strip()).astimezone(UTC).date())
    except (ValueError, TypeError, OverflowError):
        return None


def _plausible(day: date) -> date | None:
    return day if day.year in YEARS else None
