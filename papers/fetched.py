"""A paper as a source returns it, in one form for all sources.

Every module in papers/sources/ converts the answers of its service into these frozen types. The
rest of the code handles papers of all sources alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from papers.text.titles import title_key

SignalKind = Literal["upvotes", "stars", "comments", "citations", "artefacts", "position"]
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
    ready for JSON. `is_withdrawn` is None when the source does not say whether the paper lives;
    `withdrawn_on` is the day of its withdrawal, if known. `version` and `revised_on`, the day of
    that version, are of sources that have versions.

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
    is_withdrawn: bool | None = None
    withdrawn_on: date | None = None
    version: int | None = None
    revised_on: date | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.arxiv_id and not title_key(self.title):
            raise ValueError(f"nothing identifies this paper: {self.title!r}")


def web_url(text: str) -> str:
    """`text` when it is an address that a page may link to, else the empty string.

    Users of the sources write these addresses: javascript: and similar ones must not pass.
    """
    address = text.strip()
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://[": brackets without an IPv6 address
        return ""
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    if not is_web or len(address) > _LONGEST_URL or any(map(str.isspace, address)):
        return ""
    return address
