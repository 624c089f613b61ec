"""The places of a paper, the points of its trend, and its newest reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from papers.models import Paper, Signal
from papers.pages.paper import paper_page, signal_points
from papers.ranking.score import score
from tests.factories import make_paper, make_signal

FRIDAY = date(2025, 3, 14)
SATURDAY_MORNING = datetime(2025, 3, 15, 8, tzinfo=UTC)


def paper_with_votes(count: float) -> Paper:
    paper = make_paper(listed_on=FRIDAY)
    make_signal(paper, count, read_at=SATURDAY_MORNING - timedelta(hours=10))
    return paper


def test_points_are_ordered_by_size() -> None:
    components = {
        "stars": {"value": 9, "points": 0.4},
        "upvotes": {"value": 84, "points": 4.2},
        "position": {"value": 41, "points": -0.08},
        "lift": {"agents": 0.7},
    }
    points = [(one.kind, one.points) for one in signal_points(components)]
    assert points == [("upvotes", 4.2), ("stars", 0.4), ("position in a listing", -0.08)]


def test_points_that_would_read_as_zero_are_left_out() -> None:
    assert signal_points({"stars": {"value": 3, "points": 0.004}}) == []


@pytest.mark.django_db
def test_the_page_has_the_place_in_each_window() -> None:
    weaker, stronger = paper_with_votes(3), paper_with_votes(300)
    for window in ("month", "day"):
        score(window, FRIDAY, SATURDAY_MORNING)
    places = paper_page(weaker.pk, SATURDAY_MORNING).places
    assert [(one.window, one.place) for one in places] == [("day", 2), ("month", 2)]
    assert paper_page(stronger.pk, SATURDAY_MORNING).places[0].place == 1


@pytest.mark.django_db
def test_only_the_newest_trend_of_a_window_is_shown() -> None:
    paper = paper_with_votes(9)
    for days in range(3):
        score("week", FRIDAY + timedelta(days=days), SATURDAY_MORNING + timedelta(days=3))
    (place,) = paper_page(paper.pk, SATURDAY_MORNING + timedelta(days=3)).places
    assert place.day == FRIDAY + timedelta(days=2)
    assert place.url == "/week/2025-03-16/"


@pytest.mark.django_db
def test_a_place_has_its_reasons_and_points() -> None:
    paper = paper_with_votes(84)
    score("day", FRIDAY, SATURDAY_MORNING)
    (place,) = paper_page(paper.pk, SATURDAY_MORNING).places
    assert any("84 upvotes" in reason for reason in place.reasons)
    assert sum(one.points for one in place.points) == pytest.approx(place.value)


@pytest.mark.django_db
def test_the_newest_read_of_each_counter_is_shown() -> None:
    paper = make_paper()
    for hours, value in ((9, 12), (3, 40)):
        make_signal(paper, value, read_at=SATURDAY_MORNING - timedelta(hours=hours))
    make_signal(paper, 7, kind=Signal.Kind.STARS, source="github", read_at=SATURDAY_MORNING)
    readings = paper_page(paper.pk, SATURDAY_MORNING).readings
    assert [(one.kind, one.source, one.value) for one in readings] == [
        ("upvotes", "hugging_face", 40),
        ("stars", "github", 7),
    ]


@pytest.mark.django_db
def test_future_reads_are_not_shown() -> None:
    paper = make_paper()
    make_signal(paper, 9, read_at=SATURDAY_MORNING + timedelta(minutes=1))
    assert paper_page(paper.pk, SATURDAY_MORNING).readings == []


@pytest.mark.django_db
def test_a_missing_paper_has_no_page() -> None:
    with pytest.raises(Paper.DoesNotExist):
        paper_page(999_999_999, SATURDAY_MORNING)
