"""A paper as a source returns it, in one form for all sources.

Every module in papers/sources/ converts the answers of its service into these frozen types. The
rest of the code handles papers of all sources alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from papers.text.addresses import plain_address, without_punctuation
from papers.text.titles import title_key

SignalKind = Literal["upvotes", "stars", "comments", "citations", "artefacts", "position"]
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

    `listed_on` is the day, in UTC, on which the source listed the paper; `raw` is its payload,
    ready for JSON.

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
        if not self.arxiv_id and not title_key(self.title):
            raise ValueError(f"nothing identifies this paper: {self.title!r}")


def web_url(text: str) -> str:
    r"""`text` when it is an address that a page may link to, else the empty string.

    Users of the sources write these addresses: javascript: and similar ones must not pass. Some
    paste them out of their TeX: `\url{https://github.com/ada/my\_engine}.`
    """
    address = without_punctuation(plain_address(text)) if _MAY_BE_TEX.search(text) else text.strip()
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
