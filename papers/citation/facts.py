"""What all forms of a reference to a paper have in common: names, dates, addresses."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.conf import settings

from papers.citation.name_parts import NameParts, name_parts
from papers.models import Paper
from papers.text.arxiv_ids import month_of
from papers.text.clean import fold

_LONGEST_NAME: Final = 300  # characters


def author_names(paper: Paper) -> list[str]:
    """The names of the authors, without empty ones; none where a row holds no list of texts."""
    names = paper.authors if isinstance(paper.authors, list) else []
    return [name for entry in names if isinstance(entry, str) and (name := fold(entry))]


def author_parts(paper: Paper) -> list[NameParts]:
    """The same, each in its parts."""
    return [name_parts(name[:_LONGEST_NAME]) for name in author_names(paper)]


def day_of(paper: Paper) -> date | None:
    """The day on which it was published, where that is known."""
    return paper.published_on


def year_of(paper: Paper) -> int:
    """The year of its publication: of that day, else of its arXiv id, else of its listing."""
    if paper.published_on:
        return paper.published_on.year
    return (month_of(paper.arxiv_id) if paper.arxiv_id else paper.listed_on).year


def page_url(paper: Paper) -> str:
    """The absolute address of its page here."""
    return f"{settings.SITE_URL}{paper.get_absolute_url()}"


def pdf_url(paper: Paper) -> str:
    """The address of its PDF at arXiv; empty without an arXiv id."""
    return f"https://arxiv.org/pdf/{paper.arxiv_id}" if paper.arxiv_id else ""


def doi(paper: Paper) -> str:
    """The DOI that arXiv registers for each of its papers; empty without an arXiv id."""
    return f"10.48550/arXiv.{paper.arxiv_id}" if paper.arxiv_id else ""
