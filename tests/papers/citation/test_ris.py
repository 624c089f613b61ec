"""RIS, read again by rispy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import rispy

from papers.citation.ris import ris
from tests.factories import DAY
from tests.papers.citation.hostile_titles import TITLES, paper, sample_papers


def test_a_record_has_what_is_known_of_a_paper() -> None:
    das = paper(
        authors=["Abhishek Das", "Qwen Team"],
        published_on=date(2016, 11, 26),
        summary="We ask.\n\nIt answers.",
    )
    assert ris([das]) == "\r\n".join(
        [
            "TY  - UNPB",
            "TI  - Visual Dialog",
            "AU  - Das, Abhishek",
            "AU  - Qwen Team",
            "PY  - 2016",
            "DA  - 2016/11/26",
            "AB  - We ask. It answers.",
            "KW  - cs.CV",
            "KW  - cs.AI",
            "PB  - arXiv",
            "AN  - arXiv:1611.08669",
            "DO  - 10.48550/arXiv.1611.08669",
            "L1  - https://arxiv.org/pdf/1611.08669",
            "UR  - https://arxiv.org/abs/1611.08669",
            "ER  - ",
            "",
            "",
        ]
    )


def test_a_paper_without_an_arxiv_id_leads_here() -> None:
    (record,) = rispy.loads(ris([paper(arxiv_id=None, authors=17, categories=[])]))
    assert record["urls"] == ["http://localhost:8000/papers/7"]
    assert "doi" not in record


@pytest.mark.parametrize("title", TITLES)
def test_no_text_breaks_out_of_its_field(title: str) -> None:
    text = ris([paper(title, summary=title, authors=["Ada Roe", title])])
    (record,) = rispy.loads(text)
    assert record["type_of_reference"] == "UNPB"
    assert record["authors"][0] == "Roe, Ada"
    assert len(record["authors"]) <= 2
    assert text.count("ER  - \r\n") == 1
    assert text.replace("\r\n", "").splitlines() == [text.replace("\r\n", "")]


def test_formulas_are_unicode() -> None:
    (record,) = rispy.loads(ris([paper(r"Where $\alpha$ goes")]))
    assert record["title"] == "Where α goes"


def test_a_withdrawn_paper_says_so() -> None:
    (record,) = rispy.loads(ris([paper(is_withdrawn=True, withdrawn_on=DAY)]))
    assert record["notes"] == ["Withdrawn on 2025-03-14"]


@pytest.mark.shared
def test_papers_of_the_sample_are_read_again(shared: Path) -> None:
    papers = sample_papers(shared)[::5]
    found = rispy.loads(ris(papers))
    assert [record["accession_number"] for record in found] == [
        f"arXiv:{one.arxiv_id}" for one in papers
    ]
    assert [len(record["authors"]) for record in found] == [len(one.authors) for one in papers]
