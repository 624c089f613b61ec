"""A reference as one line of text, for people who copy it into a document."""

from __future__ import annotations

from typing import Final

from papers.citation.facts import author_names, page_url, year_of
from papers.models import Paper
from papers.text.names import initials
from papers.text.tex import unicode_math

_MOST_AUTHORS: Final = 8  # a longer list is "et al.", as in most styles
_SHOWN: Final = 3


def reference(paper: Paper) -> str:
    """`A. Das, S. Kottur. Visual Dialog. arXiv:1611.08669, 2016.`, in any language the same."""
    where = f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else page_url(paper)
    title = " ".join(unicode_math(paper.title).split())
    parts = [_authors(paper), title, f"{where}, {year_of(paper)}"]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _authors(paper: Paper) -> str:
    names = author_names(paper)
    if len(names) > _MOST_AUTHORS:
        return f"{', '.join(map(initials, names[:_SHOWN]))}, et al."
    return ", ".join(map(initials, names))
