"""The `citation_*` tags of a paper's page, which Zotero, Mendeley and Google Scholar read.

The inclusion guidelines of Google Scholar (scholar.google.com/intl/en/scholar/inclusion.html,
"Indexing") ask for the title, at least one author and the date of publication:

- `citation_title`: the title alone, without the name of the site.
- `citation_author`: one tag for each author, in their order, as "Smith, John" or "John Smith";
  no affiliation, no "et al.".
- `citation_publication_date`: "2010/5/12", or the year alone where the day is not known;
  `citation_online_date` is the day on which the paper was online first.
- `citation_pdf_url`: the absolute address of the PDF.
- `citation_abstract_html_url`: the absolute address of the page with the abstract.

`citation_arxiv_id` and `citation_abstract` are those of arXiv's own pages: reference managers read
them as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from papers.citation.facts import author_parts, day_of, doi, page_url, pdf_url, year_of
from papers.models import Paper
from papers.text.clean import fold
from papers.text.tex import unicode_math


def citation_tags(paper: Paper) -> list[tuple[str, str]]:
    """The names and contents of the tags, in order; empty contents are left out."""
    return [(name, folded) for name, content in _tags(paper) if (folded := fold(content))]


def _tags(paper: Paper) -> Iterator[tuple[str, str]]:
    published = f"{day:%Y/%m/%d}" if (day := day_of(paper)) else f"{year_of(paper)}"
    yield "citation_title", unicode_math(paper.title)
    for author in author_parts(paper):
        yield "citation_author", author.inverted
    yield "citation_publication_date", published
    yield "citation_online_date", published
    yield "citation_arxiv_id", paper.arxiv_id or ""
    yield "citation_doi", doi(paper)
    yield "citation_pdf_url", pdf_url(paper)
    yield "citation_abstract_html_url", page_url(paper)
    yield "citation_abstract", unicode_math(paper.summary)
