"""BibTeX, read again by bibtexparser."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
from bibtexparser.bparser import BibTexParser

from papers.citation.bibtex import bibtex, cite_key
from tests.factories import DAY
from tests.papers.citation.hostile_titles import TITLES, paper, sample_papers


def read(text: str) -> list[dict[str, Any]]:
    parser = BibTexParser(interpolate_strings=False, ignore_nonstandard_types=False)
    return list(bibtexparser.loads(text, parser).entries)


def test_an_entry_has_what_arxiv_gives_a_paper() -> None:
    das = paper(authors=["Abhishek Das", "Ann Lee"], published_on=date(2016, 11, 26))
    assert bibtex([das]) == (
        "@misc{das2016visual,\n"
        "  title = {Visual {Dialog}},\n"
        "  author = {Das, Abhishek and Lee, Ann},\n"
        "  year = {2016},\n"
        "  eprint = {1611.08669},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CV},\n"
        "  url = {https://arxiv.org/abs/1611.08669},\n"
        "}\n"
    )


def test_a_paper_without_an_arxiv_id_leads_here() -> None:
    (entry,) = read(bibtex([paper(arxiv_id=None, authors=[], categories=[])]))
    assert entry["url"] == "http://localhost:8000/papers/7"
    assert entry.keys() == {"ENTRYTYPE", "ID", "title", "year", "url"}


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"authors": ["Abhishek Das"]}, "das2016visual"),
        ({"authors": ["Łukasz Ørsted"]}, "orsted2016visual"),
        ({"authors": ["Laurens van der Maaten"]}, "vandermaaten2016visual"),
        ({"authors": ["Jean O'Neil-Smith"]}, "oneilsmith2016visual"),
        ({"authors": ["王伟"]}, "anon2016visual"),
        ({"authors": []}, "anon2016visual"),
        ({"authors": 17}, "anon2016visual"),
        ({"authors": ["Ada Roe"], "title": "On the $\\alpha$ of things"}, "roe2016alpha"),
        ({"authors": ["Ada Roe"], "title": "深度学习"}, "roe2016161108669"),
        ({"authors": ["Ada Roe"], "arxiv_id": None}, "roe2025visual"),
        ({"authors": ["Ada Roe"], "arxiv_id": "hep-th/9901001"}, "roe1999visual"),
    ],
)
def test_a_key_is_made_of_family_year_and_word(values: dict[str, Any], key: str) -> None:
    assert cite_key(paper(**values)) == key


def test_no_key_stands_twice_in_a_file() -> None:
    keys = [entry["ID"] for entry in read(bibtex([paper(), paper(), paper()]))]
    assert keys == ["das2016visual", "das2016visual-2", "das2016visual-3"]


@pytest.mark.parametrize("title", TITLES)
def test_a_hostile_title_is_one_entry_with_all_its_fields(title: str) -> None:
    (entry,) = read(bibtex([paper(title)]))
    assert entry["ENTRYTYPE"] == "misc"
    assert entry.keys() == {
        "ENTRYTYPE", "ID", "title", "author", "year", "eprint", "archiveprefix", "primaryclass",
        "url",
    }  # fmt: skip


def test_each_author_is_one_name() -> None:
    (entry,) = read(bibtex([paper()]))
    assert entry["author"].split(" and ") == [
        "Das, Abhishek",
        "van der Maaten, Laurens",
        "Van Gool, Luc",
        "King, Jr., Martin Luther",
        "Downey, Jr., Robert",
        "Roe, Jane",
        "{Qwen Team}",
        "{Google Inc.}",
        "{王伟}",
        "{Madonna}",
        "Anh, Nguyen Van",
        "Smith, {Tom", "Jerry}",  # BibTeX does not divide inside of braces
        r"{\textbraceleft}evil{\textbraceright}, Miles {\textbackslash} \& Co\_workers",
        "Ørsted-Łukasz, O'Neil",
        "Alayrac, Jean-Baptiste",
        "R., Yi",
        "BOOK, Eve ER - TY -",
    ]  # fmt: skip


def test_thousands_of_authors_are_all_there() -> None:
    names = [f"Ada Roe{number}son" for number in range(3000)]
    (entry,) = read(bibtex([paper(authors=names)]))
    assert entry["author"].count(" and ") == 2999


def test_a_withdrawn_paper_says_so() -> None:
    (entry,) = read(bibtex([paper(is_withdrawn=True, withdrawn_on=DAY)]))
    assert entry["note"] == "Withdrawn on 2025-03-14"


@pytest.mark.shared
def test_papers_of_the_sample_are_read_again(shared: Path) -> None:
    papers = sample_papers(shared)[::20]  # bibtexparser takes 5 ms for each
    found = read(bibtex(papers))
    assert [entry["eprint"] for entry in found] == [one.arxiv_id for one in papers]
    assert len({entry["ID"] for entry in found}) == len(papers)
