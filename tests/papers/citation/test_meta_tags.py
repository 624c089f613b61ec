"""The meta tags by the published rules of Google Scholar."""

from __future__ import annotations

import re
from datetime import date

import pytest

from papers.citation.meta_tags import citation_tags
from tests.papers.citation.hostile_titles import TITLES, paper

DAS = paper(
    r"Where $\alpha$ goes",
    authors=["Abhishek Das", "Laurens van der Maaten", "Qwen Team", "王伟"],
    published_on=date(2016, 11, 6),
    summary="We ask.\n\nIt answers.",
)


def test_the_tags_are_those_of_the_guidelines() -> None:
    assert citation_tags(DAS) == [
        ("citation_title", "Where α goes"),
        ("citation_author", "Das, Abhishek"),
        ("citation_author", "van der Maaten, Laurens"),
        ("citation_author", "Qwen Team"),
        ("citation_author", "王伟"),
        ("citation_publication_date", "2016/11/06"),
        ("citation_online_date", "2016/11/06"),
        ("citation_arxiv_id", "1611.08669"),
        ("citation_doi", "10.48550/arXiv.1611.08669"),
        ("citation_pdf_url", "https://arxiv.org/pdf/1611.08669"),
        ("citation_abstract_html_url", "http://localhost:8000/papers/1611.08669"),
        ("citation_abstract", "We ask. It answers."),
    ]


def test_a_date_that_is_not_known_is_a_year() -> None:
    assert dict(citation_tags(paper()))["citation_publication_date"] == "2016"


def test_a_paper_without_an_arxiv_id_has_no_tag_of_arxiv() -> None:
    names = {name for name, _ in citation_tags(paper(arxiv_id=None))}
    assert not names & {"citation_arxiv_id", "citation_doi", "citation_pdf_url"}
    assert {"citation_title", "citation_author", "citation_publication_date"} <= names


@pytest.mark.parametrize("title", TITLES)
def test_each_author_has_one_tag_and_each_content_one_line(title: str) -> None:
    tags = citation_tags(paper(title, authors=["Ada Roe", "Jo Doe"]))
    assert [content for name, content in tags if name == "citation_author"] == [
        "Roe, Ada",
        "Doe, Jo",
    ]
    assert all(len(content.splitlines()) == 1 for _, content in tags)


def test_the_dates_have_the_form_that_scholar_reads() -> None:
    date_form = re.compile(r"\d{4}(?:/\d{1,2}/\d{1,2})?")
    for one in (DAS, paper(), paper(arxiv_id=None)):
        assert date_form.fullmatch(dict(citation_tags(one))["citation_publication_date"])
