"""A paper as a source returns it, in one form for all sources.

Every module in papers/sources/ converts the answers of its service into these frozen types. The
rest of the code handles papers of all sources alike. Texts are cleaned here, where every source
passes, so that none can forget a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from papers.text.clean import clean, fold, fold_paragraphs
from papers.text.titles import title_key

SignalKind = Literal["upvotes", "stars", "comments", "citations", "artefacts", "position"]
LONGEST_NAME: Final = 200  # of an author; longer ones at arXiv are lists of affiliations
LONGEST_KEYWORD: Final = 120
LONGEST_CATEGORY: Final = 20  # what the column holds; the longest real one has 18 characters
# PostgreSQL refuses a row whose words take 1 MB in its search index. The longest real abstract
# has 2,000 characters.
LONGEST_SUMMARY: Final = 50_000
_LONGEST_URL: Final = 500


@dataclass(frozen=True, slots=True)
class FetchedSignal:
    """One number of a paper at the time of reading."""

    kind: SignalKind
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPaper:
    """One paper as one source returns it. An empty field means that the source has none.

    `listed_on` is the day, in UTC, on which the source listed the paper; `raw` is its payload,
    ready for JSON. All other texts are cleaned, and those that are too long are left out.

    Raises:
        ValueError: nothing identifies the paper: no arXiv id, and no letter or digit in its title.
    """

    title: str
    listed_on: date
    arxiv_id: str | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    published_on: date | None = None
    code_url: str = ""
    project_url: str = ""
    signals: tuple[FetchedSignal, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        summary = fold_paragraphs(self.summary)
        cleaned: dict[str, Any] = {
            "title": fold(self.title),
            "authors": tuple(_short_ones(self.authors, LONGEST_NAME)),
            "summary": summary if len(summary) <= LONGEST_SUMMARY else "",
            "categories": tuple(_short_ones(self.categories, LONGEST_CATEGORY)),
            "keywords": tuple(_short_ones(self.keywords, LONGEST_KEYWORD)),
            "code_url": web_url(self.code_url),
            "project_url": web_url(self.project_url),
        }
        for name, value in cleaned.items():
            object.__setattr__(self, name, value)
        if not self.arxiv_id and not title_key(self.title):
            raise ValueError(f"nothing identifies this paper: {self.title!r}")


def web_url(text: str) -> str:
    """`text` when it is an address that a page may link to, else the empty string.

    Users of the sources write these addresses: javascript: and similar ones must not pass, nor
    by way of characters or entities that are removed later.
    """
    if not text:
        return ""
    address = clean(text).strip()
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://[": brackets without an IPv6 address
        return ""
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    if not is_web or len(address) > _LONGEST_URL or any(map(str.isspace, address)):
        return ""
    return address


def _short_ones(texts: Iterable[str], longest: int) -> Iterator[str]:
    return (folded for text in texts if 0 < len(folded := fold(text)) <= longest)
