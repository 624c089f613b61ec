"""What references have in common."""

from __future__ import annotations

from datetime import date

import pytest

from papers.citation.facts import author_names, author_parts, doi, page_url, pdf_url, year_of
from tests.papers.citation.hostile_titles import paper


@pytest.mark.parametrize(
    ("stored", "names"),
    [(["Ada  Roe", "", " ", 7, None, "Jo"], ["Ada Roe", "Jo"]), (17, []), (None, []), ("Ada", [])],
)
def test_only_texts_are_names(stored: object, names: list[str]) -> None:
    assert author_names(paper(authors=stored)) == names


def test_a_name_without_end_is_cut() -> None:
    (parts,) = author_parts(paper(authors=["x" * 5000]))
    assert len(parts.family) == 300


def test_the_year_is_that_of_the_best_known_date() -> None:
    assert year_of(paper(published_on=date(2017, 1, 2))) == 2017
    assert year_of(paper()) == 2016
    assert year_of(paper(arxiv_id=None)) == 2025


def test_addresses_are_absolute() -> None:
    assert page_url(paper()) == "http://localhost:8000/papers/1611.08669"
    assert pdf_url(paper(arxiv_id="math/0309136")) == "https://arxiv.org/pdf/math/0309136"
    assert doi(paper()) == "10.48550/arXiv.1611.08669"


def test_without_an_arxiv_id_there_is_no_pdf() -> None:
    assert (pdf_url(paper(arxiv_id=None)), doi(paper(arxiv_id=None))) == ("", "")
