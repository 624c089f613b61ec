"""A paper as a source returns it, in one form for all sources, and its normalised texts.

Every module in papers/sources/ converts the answers of its service into these frozen types. The
rest of the code handles papers of all sources alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal
from urllib.parse import urlsplit

SignalKind = Literal["upvotes", "stars", "comments", "citations", "artefacts", "position"]
LONGEST_TITLE: Final = 500  # the index of title_key takes about 2,700 bytes
_LONGEST_URL: Final = 500

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")
_BETWEEN_WORDS = re.compile("[^0-9a-z]+")
_ARXIV_ID = re.compile(
    r"""(?: (?:https?://)? (?:[a-z]+\.)? arxiv\.org/ [a-z]+/
          | (?:https?://)? (?:www\.)? huggingface\.co/papers/
          | (?:https?://)? (?:dx\.)? (?:doi\.org/)? (?:doi:)? 10\.48550/arxiv\.
          | oai:arxiv\.org:
          | arxiv: \s*
        )?
        (?P<id> \d{4}\.\d{4,5}
          | (?P<archive>[a-z]{1,7}(?:-[a-z]{2,4})?) (?:\.[a-z-]+)? / (?P<number>\d{7}) )
        (?:v\d+)? (?:\.pdf)? [/?\#]? """,
    re.VERBOSE | re.IGNORECASE,
)


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


def fold(text: str) -> str:
    """`text` on one line: a run of white space becomes one space, invisible characters go."""
    return " ".join(_INVISIBLE.sub("", text).split())


def fold_paragraphs(text: str) -> str:
    """`text` with each paragraph folded to one line, and one empty line between two."""
    return "\n\n".join(filter(None, map(fold, _PARAGRAPH_END.split(text))))


def title_key(title: str) -> str:
    """The normalised title: its letters and digits, in lower case.

    Compatibility forms become plain letters (ﬁ → fi) and all other characters separate words, so
    "Zero-Shot: A Survey" and "zero shot -- a survey" have the same key. Marks that
    belong to a letter stay with it. Empty for a title of symbols only.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    if plain.isascii():  # most titles; one character at a time takes five times as long
        words = _BETWEEN_WORDS.sub(" ", plain)
    else:
        words = "".join(mark if _belongs_to_a_word(mark) else " " for mark in plain)
    return " ".join(words.split())[:LONGEST_TITLE].rstrip()


def arxiv_id(text: str) -> str | None:
    """The arXiv id in `text`, an id or an address of a paper, without version or subject class.

    None when there is none: "https://arxiv.org/pdf/1706.03762v5" gives "1706.03762",
    "math.GT/0309136v1" gives "math/0309136", "10.1000/182" gives None.
    """
    found = _ARXIV_ID.fullmatch(text.strip())
    if not found:
        return None
    if found["archive"]:
        return f"{found['archive'].lower()}/{found['number']}"
    return found["id"]


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


def _belongs_to_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
