"""The values of a paper's page: its places, its figures, its authors."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from papers.models import Listing, Paper, Signal
from papers.pages.paper import paper_page, signal_label
from papers.ranking.score import score
from tests.factories import make_paper, make_signal

FRIDAY = date(2025, 3, 14)
SATURDAY_MORNING = datetime(2025, 3, 15, 8, tzinfo=UTC)


def paper_with_votes(count: float) -> Paper:
    paper = make_paper(listed_on=FRIDAY)
    make_signal(paper, count, read_at=SATURDAY_MORNING - timedelta(hours=10))
    return paper


@pytest.mark.django_db
def test_the_page_has_the_place_in_each_window() -> None:
    weaker, stronger = paper_with_votes(3), paper_with_votes(300)
    for window in ("month", "day"):
        score(window, FRIDAY, SATURDAY_MORNING)
    places = paper_page(weaker, SATURDAY_MORNING).places
    assert [(one.window, one.place) for one in places] == [("day", 2), ("month", 2)]
    assert paper_page(stronger, SATURDAY_MORNING).places[0].place == 1


@pytest.mark.django_db
def test_only_the_newest_trend_of_a_window_is_shown() -> None:
    paper = paper_with_votes(9)
    for days in range(3):
        score("week", FRIDAY + timedelta(days=days), SATURDAY_MORNING + timedelta(days=3))
    (place,) = paper_page(paper, SATURDAY_MORNING + timedelta(days=3)).places
    assert place.day == FRIDAY + timedelta(days=2)
    assert place.url == "/week/2025-03-16/"


@pytest.mark.django_db
def test_the_points_of_a_place_are_its_value() -> None:
    paper = paper_with_votes(84)
    score("day", FRIDAY, SATURDAY_MORNING)
    (place,) = paper_page(paper, SATURDAY_MORNING).places
    assert any("84 votes" in one.reason for one in place.contributions)
    assert sum(one.points for one in place.contributions) == pytest.approx(place.value, abs=0.05)


@pytest.mark.django_db
def test_figures_are_the_newest_counts_above_zero() -> None:
    paper = make_paper()
    for hours, value in ((9, 12), (3, 1)):
        make_signal(paper, value, read_at=SATURDAY_MORNING - timedelta(hours=hours))
    make_signal(paper, 1234, kind=Signal.Kind.STARS, source="github")
    make_signal(paper, 0, kind=Signal.Kind.COMMENTS)
    make_signal(paper, 3, kind=Signal.Kind.CITATIONS, source="semantic_scholar")
    figures = paper_page(paper, SATURDAY_MORNING).figures
    assert figures == ["1 vote", "1.2k stars", "3 citations"]


@pytest.mark.django_db
def test_future_reads_are_not_shown() -> None:
    paper = make_paper()
    make_signal(paper, 9, read_at=SATURDAY_MORNING + timedelta(minutes=1))
    page = paper_page(paper, SATURDAY_MORNING)
    assert (page.histories, page.figures) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "shown", "more"), [(0, 0, 0), (8, 8, 0), (45, 8, 37)])
def test_authors_are_folded_after_eight(number: int, shown: int, more: int) -> None:
    paper = make_paper(authors=[f"Ada Roe{letter * 'e'}" for letter in range(number)])
    page = paper_page(paper, SATURDAY_MORNING)
    assert (len(page.authors), len(page.more_authors)) == (shown, more)


@pytest.mark.django_db
def test_a_paper_listed_at_hugging_face_has_its_discussion() -> None:
    paper = make_paper(arxiv_id="2611.00001")
    assert "Discussion" not in [one.text for one in paper_page(paper, SATURDAY_MORNING).links]
    Listing.objects.create(paper=paper, source="hugging_face", day=FRIDAY, read_at=SATURDAY_MORNING)
    page = paper_page(paper, SATURDAY_MORNING)
    assert page.links[-1].url == "https://huggingface.co/papers/2611.00001"
    assert page.listed == [FRIDAY]


def test_each_kind_of_signal_has_a_name_for_readers() -> None:
    assert [signal_label(kind) for kind in Signal.Kind] == [
        "Votes", "Stars", "Comments", "Citations", "Linked models, datasets and demos",
        "Place in its list", "Votes of our readers", "Clicks in our digests",
    ]  # fmt: skip
