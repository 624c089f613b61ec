"""The page of one paper."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from papers.models import Paper
from papers.ranking.score import score
from papers.windows import closes_at
from tests.factories import make_candidate, make_edition, make_paper, make_signal
from tests.papers.citation.hostile_titles import NAMES, TITLES
from tests.papers.page_html import get_page, words

FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


def votes(paper: Paper, *reads: tuple[int, float]) -> None:
    """Store upvotes of a paper, each so many hours before the end of Friday."""
    for hours, value in reads:
        make_signal(paper, value, read_at=closes_at(FRIDAY) - timedelta(hours=hours))


def test_a_paper_has_a_page_with_everything_known_of_it(client: Client) -> None:
    paper = make_paper(
        "Visual Dialog",
        authors=["Abhishek Das", "Satwik Kottur"],
        summary=LONG,
        arxiv_id="1611.08669",
        categories=["cs.CV"],
        published_on=date(2016, 11, 26),
        project_url="https://visualdialog.org/",
    )
    votes(paper, (20, 12), (2, 84))
    page = get_page(client, paper.get_absolute_url())
    assert words(page.select_one("h1")) == "Visual Dialog"
    assert [link["href"] for link in page.select(".authors a")] == [
        "/authors/abhishek-das/",
        "/authors/satwik-kottur/",
    ]
    assert words(page.select_one(".abstract")) == LONG.strip()
    assert words(page.select_one(".paper-facts")) == "84 votes"
    assert [words(link) for link in page.select(".read-at a")] == [
        "PDF", "arXiv", "Project visualdialog.org", "Discussion huggingface.co",
    ]  # fmt: skip
    table = words(page.select_one("table"))
    assert table == (
        "Votes Hugging Face Read at (UTC) Value 14 Mar 2025, 04:00 12 14 Mar 2025, 22:00 84"
    )
    assert words(page.select_one(".record dl")) == (
        "arXiv 1611.08669 cs.CV Published 26 November 2016 Announced 14 March 2025 "
        "First seen 17 March 2025"
    )


def test_a_paper_with_only_a_title_has_a_page(client: Client) -> None:
    paper = make_paper("Only a title", arxiv_id=None)
    page = get_page(client, paper.get_absolute_url())
    assert words(page.select_one("h1")) == "Only a title"
    for selector in ("table", ".read-at", ".paper-facts", ".charts", "#similar", ".authors"):
        assert page.select_one(selector) is None, selector


def test_authors_after_the_eighth_are_folded(client: Client) -> None:
    paper = make_paper(authors=[f"Ada R{'o' * number}e" for number in range(45)])
    page = get_page(client, paper.get_absolute_url())
    assert words(page.select_one(".authors summary")) == "and 37 more"
    assert len(page.select(".authors > .names a")) == 8
    assert len(page.select(".authors details a")) == 37


def test_the_paragraphs_of_an_abstract_stay_apart(client: Client) -> None:
    paper = make_paper(summary="We ask $x^2$.\n\nIt answers.")
    paragraphs = get_page(client, paper.get_absolute_url()).select(".abstract p")
    assert [words(one) for one in paragraphs][1] == "It answers."
    assert paragraphs[0].select_one("math") is not None


def test_three_reads_are_drawn_and_told(client: Client) -> None:
    paper = make_paper()
    votes(paper, (20, 12), (9, 40), (2, 84))
    page = get_page(client, paper.get_absolute_url())
    drawn = page.select_one("svg[role=img]")
    assert drawn is not None
    assert drawn["aria-label"] == "From 12 on 14 March 2025 to 84 on 14 March 2025"
    assert words(page.select_one("figcaption")) == "Votes Hugging Face, read 3 times"
    assert len(page.select("details table tbody tr")) == 3


def test_why_it_trends_adds_up_in_words(client: Client) -> None:
    paper = make_paper()
    votes(paper, (20, 12), (2, 84))
    score("week", FRIDAY, MONDAY_MORNING)
    why = words(get_page(client, paper.get_absolute_url()).select_one("#why"))
    assert "Number 1 of the week to 14 March 2025" in why
    assert "▲ 84 votes" in why
    assert "points, most of them" in why
    assert "In all; lists are ordered by these points" in why


def test_similar_papers_are_named_with_authors_and_day(client: Client) -> None:
    paper = make_paper("Walruses that dive deeply")
    make_paper("Walruses that dive at night", authors=["Ada Roe"])
    make_paper("Something else")
    similar = get_page(client, paper.get_absolute_url()).select(".paper-lines li")
    assert [words(one) for one in similar] == ["Walruses that dive at night A. Roe · 14 March 2025"]


def test_the_editions_of_a_paper_are_named(client: Client) -> None:
    paper = make_paper()
    make_candidate(make_edition("weekly", FRIDAY), paper)
    record = words(get_page(client, paper.get_absolute_url()).select_one(".record"))
    assert "In the editions Weekly, 14 March 2025" in record


def test_a_paper_can_be_cited(client: Client) -> None:
    paper = make_paper("Visual Dialog", arxiv_id="1611.08669", authors=["Abhishek Das"])
    page = get_page(client, paper.get_absolute_url())
    assert words(page.select_one("#reference")) == "A. Das. Visual Dialog. arXiv:1611.08669, 2016."
    assert words(page.select_one("#bibtex")).startswith("@misc{das2016visual, title =")
    assert [link["href"] for link in page.select(".cite a")] == [
        "/papers/1611.08669.bib",
        "/papers/1611.08669.ris",
    ]
    assert all(button.has_attr("hidden") for button in page.select(".cite button"))


@pytest.mark.parametrize("title", TITLES)
def test_the_head_of_any_title_is_whole(client: Client, title: str) -> None:
    paper = make_paper(title, title_key=title[:50], authors=NAMES, arxiv_id="1611.08669")
    page = get_page(client, paper.get_absolute_url())
    assert len(page.select("h1")) == 1
    canonical, image, data = (
        page.select_one(selector)
        for selector in (
            "head link[rel=canonical]",
            "head meta[property='og:image']",
            "head script[type='application/ld+json']",
        )
    )
    assert canonical is not None
    assert image is not None
    assert data is not None
    assert canonical["href"] == "http://localhost:8000/papers/1611.08669"
    assert image["content"] == "http://localhost:8000/papers/1611.08669/card.png"
    assert json.loads(str(data.string))["@type"] == "ScholarlyArticle"
    assert len(page.select("head meta[name=citation_author]")) == len(NAMES)
    assert len(page.select("script")) == 2  # copy.js and the data: no script of the title


def test_a_withdrawn_paper_says_so(client: Client) -> None:
    paper = make_paper(is_withdrawn=True, withdrawn_on=FRIDAY, withdrawn_by="arxiv")
    notice = words(get_page(client, paper.get_absolute_url()).select_one(".notice"))
    assert notice == (
        "Withdrawn on 14 March 2025 by its authors or arXiv. It is in no list, search or digest "
        "here. Its page at arXiv says why."
    )


def test_the_organisation_of_a_paper_is_linked(client: Client) -> None:
    address = "https://huggingface.co/walrus"
    paper = make_paper(authors=["Ada Roe"], organization="Walrus Lab", organization_url=address)
    (link,) = get_page(client, paper.get_absolute_url()).select(".organization a")
    assert (words(link), link["href"]) == ("Walrus Lab", address)
