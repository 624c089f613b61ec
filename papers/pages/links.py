"""Where a paper can be read and discussed: the links of its page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from papers.citation.facts import pdf_url
from papers.models import Paper
from papers.text.arxiv_ids import month_of

_FIRST_HTML: Final = date(2023, 12, 1)  # arXiv makes HTML of papers submitted since then


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A link: its text, its address, the host where that is no matter of course, its media type."""

    text: str
    url: str
    host: str = ""
    media_type: str = ""


def paper_links(paper: Paper, sources: Collection[str]) -> list[PaperLink]:
    """The links of a paper; `sources` are those that list it or count its votes."""
    return list(_links(paper, sources))


def _links(paper: Paper, sources: Collection[str]) -> Iterator[PaperLink]:
    if paper.arxiv_id:
        yield PaperLink(_("PDF"), pdf_url(paper), media_type="application/pdf")
        yield PaperLink(_("arXiv"), paper.arxiv_url)
        if month_of(paper.arxiv_id) >= _FIRST_HTML:
            yield PaperLink(_("HTML"), f"https://arxiv.org/html/{paper.arxiv_id}")
    if host := _host(paper.code_url):
        yield PaperLink(_("Code"), paper.code_url, host)
    if host := _host(paper.project_url):
        yield PaperLink(_("Project"), paper.project_url, host)
    if paper.arxiv_id and "hugging_face" in sources:
        url = f"https://huggingface.co/papers/{paper.arxiv_id}"
        yield PaperLink(_("Discussion"), url, "huggingface.co")


def _host(url: str) -> str:
    """The host of an address on the web; empty for any other address, which is no link."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if parts.scheme in {"http", "https"} else ""
