"""Which of the fields of an entry says what the paper is."""

from __future__ import annotations

import pytest

from subscribers.seeds.identities import Identity
from subscribers.seeds.reference import plain_title, reference


def identity(**fields: str) -> str | None:
    found = reference(1, {name.replace("_", " "): [value] for name, value in fields.items()})
    return found.identity and found.identity.value


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"eprint": "1706.03762", "archiveprefix": "arXiv"}, "1706.03762"),
        ({"eprint": "arXiv:1706.03762v2"}, "1706.03762"),
        ({"eprint": "0309136", "primaryclass": "math.GT"}, "math/0309136"),
        ({"eprint": "hep-th/9901001"}, "hep-th/9901001"),
        ({"arxivid": "1706.03762"}, "1706.03762"),
        ({"doi": "10.48550/arXiv.1706.03762"}, "1706.03762"),
        ({"url": "http://arxiv.org/abs/1706.03762"}, "1706.03762"),
        ({"howpublished": r"\url{https://arxiv.org/abs/1706.03762}"}, "1706.03762"),
        ({"journal": "arXiv preprint arXiv:1706.03762"}, "1706.03762"),
        ({"journal": "CoRR", "volume": "abs/1706.03762"}, "1706.03762"),
        ({"note": "arXiv:1706.03762 [cs]"}, "1706.03762"),
        ({"extra": "arXiv: 1706.03762"}, "1706.03762"),
        ({"m1": "arXiv:1706.03762"}, "1706.03762"),
        ({"adsurl": "https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V",
          "eprint": "1706.03762"}, "1706.03762"),
        ({"doi": "10.1000/X"}, "10.1000/x"),
        ({"url": "https://doi.org/10.1000/x"}, "10.1000/x"),
        ({"doi": "10.1000/x", "eprint": "1706.03762"}, "1706.03762"),
    ],
)  # fmt: skip
def test_the_id_is_found_where_programs_write_it(fields: dict[str, str], value: str) -> None:
    assert identity(**fields) == value


def test_a_paper_that_a_note_mentions_is_not_the_paper() -> None:
    note = "Comment: 12 pages, text overlap with arXiv:1905.01234"
    assert identity(eprint="1706.03762", note=note) == "1706.03762"
    assert identity(doi="10.1000/x", note=note) == "10.1000/x"


def test_abstracts_and_references_are_not_read() -> None:
    assert identity(abstract="We extend arXiv:1706.03762.", references="10.1000/x") is None


def test_a_number_of_another_archive_is_no_arxiv_id() -> None:
    assert identity(eprint="26017442", eprinttype="pubmed") is None
    assert identity(pages="1512.01234--1512.01299", journal="Physics") is None


def test_titles_and_the_year_are_kept() -> None:
    found = reference(3, {"title": ["{BERT}: A {S}tudy"], "year": ["2018"]})
    assert (found.line, found.titles, found.year) == (3, ("BERT: A Study",), 2018)
    assert found.shown == "BERT: A Study"
    assert found.identity is None


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Attention", "Attention"),
        ("{Attention}", "Attention"),
        ("{{Attention Is {A}ll}}", "Attention Is All"),
        (r"Learning \emph{fast}", r"Learning \emph{fast}"),
        ("{broken", "{broken"),
    ],
)
def test_braces_that_keep_capitals_are_removed(written: str, title: str) -> None:
    assert plain_title(written) == title


def test_a_long_title_is_shown_short() -> None:
    assert len(reference(1, {"title": ["word " * 100]}).shown) <= 80


def test_the_identity_is_a_pair() -> None:
    assert reference(1, {"doi": ["10.1000/x"]}).identity == Identity("doi", "10.1000/x")
