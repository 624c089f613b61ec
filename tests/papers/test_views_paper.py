"""The page of one paper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from papers.models import Paper
from papers.windows import closes_at
from tests.factories import make_paper, make_signal
from tests.papers.page_html import get_page, words

FRIDAY = date(2025, 3, 14)
MONDAY_MORNING = datetime(2025, 3, 17, 8, tzinfo=UTC)
LONG = "A sentence that says what was tried, how, and with which result on which data. " * 8


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        yield


def votes(paper: Paper, *reads: tuple[int, float]) -> None:
    """Store upvotes of a paper, each so many hours before the end of Friday."""
    for hours, value in reads:
        make_signal(paper, value, read_at=closes_at(FRIDAY) - timedelta(hours=hours))


@pytest.mark.django_db
def test_a_paper_has_a_page_with_everything_known_of_it(client: Client) -> None:
    paper = make_paper(
        "Visual Dialog",
        authors=["Abhishek Das", "Satwik Kottur", "Ann Lee", "Bo Li"],
        summary=LONG,
        arxiv_id="1611.08669",
        categories=["cs.CV"],
        published_on=date(2016, 11, 26),
        project_url="https://visualdialog.org/",
    )
    votes(paper, (20, 12), (2, 84))
    page = get_page(client, paper.get_absolute_url())
    assert words(page.select_one("h1")) == "Visual Dialog"
    assert words(page.select_one(".authors")) == "Abhishek Das, Satwik Kottur, Ann Lee, Bo Li"
    assert words(page.select_one(".prose")) == LONG.strip()
    assert "Upvotes Hugging Face 84 14 Mar 2025, 22:00" in words(page.select_one("table"))
    record = words(page.select_one(".record"))
    for fact in ("1611.08669 cs.CV", "26 November 2016", "14 March 2025", "visualdialog.org"):
        assert fact in record


@pytest.mark.django_db
def test_a_paper_with_only_a_title_has_a_page(client: Client) -> None:
    paper = make_paper("Only a title", arxiv_id=None)
    page = get_page(client, paper.get_absolute_url())
    assert words(page.select_one("h1")) == "Only a title"
    assert page.select_one("table") is None


@pytest.mark.django_db
def test_the_organisation_of_a_paper_is_linked(client: Client) -> None:
    address = "https://huggingface.co/walrus"
    paper = make_paper(authors=["Ada Roe"], organization="Walrus Lab", organization_url=address)
    authors = get_page(client, paper.get_absolute_url()).select_one(".authors")
    assert words(authors) == "Ada Roe · Walrus Lab"
    link = authors and authors.select_one("a")
    assert link is not None
    assert link["href"] == address
