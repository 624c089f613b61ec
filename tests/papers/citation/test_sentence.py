"""The reference as one line of text."""

from __future__ import annotations

import pytest

from papers.citation.sentence import reference
from tests.papers.citation.hostile_titles import TITLES, paper


def test_a_reference_names_authors_title_and_place() -> None:
    das = paper("Visual Dialog.", authors=["Abhishek Das", "Satwik Kottur"])
    assert reference(das) == "A. Das, S. Kottur. Visual Dialog. arXiv:1611.08669, 2016."


def test_a_long_list_of_authors_is_cut() -> None:
    many = paper(authors=["Ada Roe"] * 9)
    assert reference(many).startswith("A. Roe, A. Roe, A. Roe, et al. Visual")


def test_without_an_arxiv_id_the_address_is_ours() -> None:
    plain = paper(authors=[], arxiv_id=None)
    assert reference(plain) == "Visual Dialog. http://localhost:8000/papers/7, 2025."


@pytest.mark.parametrize("title", TITLES)
def test_it_is_one_line(title: str) -> None:
    assert len(reference(paper(title)).splitlines()) == 1
