"""References in BibTeX: one entry a paper, in UTF-8."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from papers.citation.bibtex_text import escaped, title_value
from papers.citation.facts import author_parts, page_url, year_of
from papers.citation.name_parts import NameParts
from papers.models import Paper
from papers.text.searchable import words

_CATEGORY: Final = re.compile(r"[A-Za-z-]+(?:\.[A-Za-z-]+)?")
_AND: Final = re.compile(r"\band\b", re.IGNORECASE)
_NO_SUBJECT: Final = frozenset(
    ("a", "an", "the", "on", "of", "for", "in", "to", "with", "and", "from", "is", "are", "how",
     "towards", "toward", "what", "when", "why", "can", "do", "does", "at", "by", "as", "it",
     "where")
)  # fmt: skip


def bibtex(papers: Iterable[Paper]) -> str:
    """A file of BibTeX with one entry for each paper, and no key twice; empty without papers."""
    used: set[str] = set()
    return "\n".join(_entry(paper, _free(cite_key(paper), used)) for paper in papers)


def cite_key(paper: Paper) -> str:
    """`das2017visual`: the first author's family, the year, the first word with a meaning.

    Letters from a to z and digits only: all tools take these. What has none of them is left out.
    """
    family = next((_plain(author.family) for author in author_parts(paper)), "")
    return f"{family or 'anon'}{year_of(paper)}{_subject(paper)}"


def _subject(paper: Paper) -> str:
    plain = list(filter(None, (_plain(word) for word in words(paper.title))))
    fallback = _plain(paper.arxiv_id or f"paper{paper.pk}")
    return next((word for word in plain if word not in _NO_SUBJECT), fallback)[:40]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", "".join(words(text)))
    return re.sub(r"[^a-z0-9]", "", decomposed.lower())[:40]


def _free(key: str, used: set[str]) -> str:
    """The key, with a number behind it if another entry has it already."""
    free, number = key, 2
    while free in used:
        free, number = f"{key}-{number}", number + 1
    used.add(free)
    return free


def _entry(paper: Paper, key: str) -> str:
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(paper) if value)
    return f"@misc{{{key},\n{fields}}}\n"


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "title", title_value(paper.title)
    yield "author", " and ".join(_author(author) for author in author_parts(paper))
    yield "year", f"{year_of(paper)}"
    if paper.arxiv_id:
        category = next(iter(paper.categories), "")
        yield "eprint", paper.arxiv_id
        yield "archivePrefix", "arXiv"
        yield "primaryClass", category if _CATEGORY.fullmatch(category) else ""
    yield "url", paper.arxiv_url or page_url(paper)
    if day := paper.withdrawal_day:
        yield "note", f"Withdrawn on {day.isoformat()}"


def _author(author: NameParts) -> str:
    """`van der Maaten, Laurens`; a group and a single name in braces, so that they stay whole."""
    parts = (author.family, author.suffix, author.given)
    if author.is_whole or not author.given or any("," in part for part in parts):
        return f"{{{escaped(author.inverted)}}}"
    return ", ".join(_without_and(escaped(part)) for part in parts if part)


def _without_and(part: str) -> str:
    """BibTeX divides names at "and", unless it stands in braces."""
    return f"{{{part}}}" if _AND.search(part) else part
