"""References in RIS, the format of EndNote, Mendeley and Zotero: a tag and a value on each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from papers.citation.facts import author_parts, day_of, doi, page_url, pdf_url, year_of
from papers.models import Paper
from papers.text.clean import fold
from papers.text.tex import unicode_math


def ris(papers: Iterable[Paper]) -> str:
    """A file of RIS with one record for each paper; its lines end in CRLF, as the format asks."""
    return "".join(_record(paper) for paper in papers)


def _record(paper: Paper) -> str:
    # `fold` leaves no line end in a value: it would begin a field of its own.
    lines = [f"{tag}  - {folded}" for tag, value in _fields(paper) if (folded := fold(value))]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB"
    yield "TI", unicode_math(paper.title)
    for author in author_parts(paper):
        yield "AU", author.inverted.replace("*", "")  # RIS refuses a star in a name
    yield "PY", f"{year_of(paper)}"
    if day := day_of(paper):
        yield "DA", f"{day:%Y/%m/%d}"
    yield "AB", unicode_math(paper.summary)
    for keyword in paper.categories:
        yield "KW", keyword
    if paper.arxiv_id:
        yield "PB", "arXiv"
        yield "AN", f"arXiv:{paper.arxiv_id}"
        yield "DO", doi(paper)
        yield "L1", pdf_url(paper)
    yield "UR", paper.arxiv_url or page_url(paper)
    if withdrawn_on := paper.withdrawal_day:
        yield "N1", f"Withdrawn on {withdrawn_on.isoformat()}"
