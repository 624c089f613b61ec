"""A paper as a source returns it, in one form for all sources.

Every module in papers/sources/ converts the answers of its service into these frozen types. The
rest of the code handles papers of all sources alike. Texts are cleaned here, where every source
passes, so that none can forget a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from papers.text.addresses import plain_address, without_punctuation
from papers.text.clean import clean, fold, fold_paragraphs
from papers.text.summaries.short import short_summary
from papers.text.titles import title_key

SignalKind = Literal["upvotes", "stars", "comments", "citations", "artefacts", "position"]
YEARS: Final = range(1991, 2101)  # arXiv began in 1991; another year in a date is a slip
LONGEST_NAME: Final = 200  # of an author; longer ones at arXiv are lists of affiliations
LONGEST_KEYWORD: Final = 120
LONGEST_CATEGORY: Final = 20  # what the column holds; the longest real one has 18 characters
# All of a paper together. The 5,000 authors of the longest real list have 100,000 characters, and
# PostgreSQL refuses a row whose words take 1 MB in the search index.
LONGEST_AUTHORS: Final = 120_000
_LONGEST_URL: Final = 500
_MAY_BE_TEX: Final = re.compile(r"[\\{}$<>]|&amp;|[.,;)]\s*\Z")


@dataclass(frozen=True, slots=True)
class FetchedSignal:
    """One number of a paper at the time of reading."""

    kind: SignalKind
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPaper:
    """One paper as one source returns it. An empty field means that the source has none.

    `listed_on` is the day, in UTC, whose list shows the paper. Without `is_listing` no list does:
    it is the day of an announcement, which counts until a list shows the paper. With `is_unlisted`
    it is no announcement either, as only a reader named the paper. `raw` is its payload, ready for
    JSON. `short_summary` is a sentence or two that a model wrote. All other texts are cleaned, and
    those that are too long are left out.
    `is_withdrawn` is None when the source does not say whether the paper lives; `withdrawn_on` is
    the day of its withdrawal, if known. `version` and `revised_on`, the day of that version, are
    of sources that have versions. `left_out` says what of the row could not be used; it is no part
    of the paper.

    Raises:
        ValueError: nothing identifies the paper: no arXiv id, and no letter or digit in its title.
    """

    title: str
    listed_on: date
    is_listing: bool = True
    is_unlisted: bool = False
    arxiv_id: str | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    short_summary: str = ""
    organization: str = ""
    organization_url: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    published_on: date | None = None
    code_url: str = ""
    project_url: str = ""
    signals: tuple[FetchedSignal, ...] = ()
    is_withdrawn: bool | None = None
    withdrawn_on: date | None = None
    version: int | None = None
    revised_on: date | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        too_long = list[str]()

        def short(texts: Iterable[str], longest: int, what: str) -> tuple[str, ...]:
            kept, others = _by_length(texts, longest)
            too_long.extend(f"{what} has {len(text)} characters" for text in others)
            return kept

        authors = short(map(fold, self.authors), LONGEST_NAME, "an author's name")
        organization = short([fold(self.organization)], LONGEST_NAME, "its organisation")
        shown = _first(authors, LONGEST_AUTHORS)
        too_long.extend(["an author after too many others"] * (len(authors) - len(shown)))
        cleaned: dict[str, Any] = {
            "title": fold(self.title),
            "authors": shown,
            "summary": fold_paragraphs(self.summary),
            "categories": short(map(fold, self.categories), LONGEST_CATEGORY, "a category"),
            "keywords": short(map(fold, self.keywords), LONGEST_KEYWORD, "a keyword"),
            "short_summary": short_summary(self.short_summary, self.title),
            "organization": "".join(organization),
            "organization_url": web_url(self.organization_url),
            "code_url": web_url(self.code_url),
            "project_url": web_url(self.project_url),
        }
        if not cleaned["organization"]:
            cleaned["organization_url"] = ""
        name = self.arxiv_id or cleaned["title"][:60]
        cleaned["left_out"] = (*self.left_out, *(f"{name}: {reason}" for reason in too_long))
        for key, value in cleaned.items():
            object.__setattr__(self, key, value)
        if not self.arxiv_id and not title_key(self.title):
            raise ValueError(f"nothing identifies this paper: {self.title!r}")


def web_url(text: str) -> str:
    r"""`text` when it is an address that a page may link to, else the empty string.

    Users of the sources write these addresses: javascript: and similar ones must not pass, nor
    by way of characters or entities that are removed later. Some paste them out of their TeX:
    `\url{https://github.com/ada/my\_engine}.`
    """
    if not text:
        return ""
    text = clean(text).strip()
    address = without_punctuation(plain_address(text)) if _MAY_BE_TEX.search(text) else text
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://[": brackets without an IPv6 address
        return ""
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    # A browser reads a backslash as a slash: the address would be another one.
    is_mangled = "\\" in address or any(map(str.isspace, address))
    if not is_web or len(address) > _LONGEST_URL or is_mangled:
        return ""
    return address


def _by_length(texts: Iterable[str], longest: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts that are not empty: those that are short enough, and the others."""
    found = [text for text in texts if text]
    if all(len(text) <= longest for text in found):  # nearly always
        return tuple(found), ()
    short = tuple(text for text in found if len(text) <= longest)
    return short, tuple(text for text in found if len(text) > longest)


def _first(texts: tuple[str, ...], most: int) -> tuple[str, ...]:
    """As many of the first texts as have at most so many characters together."""
    if sum(map(len, texts)) <= most:
        return texts
    ends = accumulate(map(len, texts))
    return tuple(text for text, end in zip(texts, ends, strict=True) if end <= most)
