"""The levels and gains of signals at one instant."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper, Signal
from papers.ranking.measurements import Measurement, facts, measure
from papers.windows import Window, closes_at
from tests.factories import DAY, make_paper, make_signal

pytestmark = pytest.mark.django_db
LISTED = datetime(2025, 3, 14, tzinfo=UTC)
CLOSE = closes_at(DAY)


def after(**span: float) -> datetime:
    return LISTED + timedelta(**span)


def read(
    paper: Paper, *levels: tuple[float, float], kind: str = "upvotes", source: str = "hf"
) -> None:
    """Store reads given as (hours after the listing, level)."""
    for hours, level in levels:
        make_signal(paper, level, kind=kind, source=source, read_at=after(hours=hours))


def measured(paper: Paper, until: datetime, window: Window = "week") -> Measurement:
    return measure([paper.pk], until, window=window)[paper.pk]


def test_it_takes_the_last_read_at_or_before_the_instant() -> None:
    paper = make_paper()
    read(paper, (6, 10), (12, 20), (18, 30))

    assert measured(paper, after(hours=12)).value("upvotes") == 20
    assert measured(paper, after(hours=11)).value("upvotes") == 10


def test_a_paper_that_was_only_read_later_has_its_first_read() -> None:
    paper = make_paper()
    read(paper, (6, 10), (12, 20))
    one = measured(paper, after(hours=5))

    assert (one.value("upvotes"), one.day_gain("upvotes")) == (10, 10)


def test_a_paper_that_was_known_and_not_read_has_no_figures_of_later() -> None:
    """One that arXiv announced, and no list showed: its closed window stays as it was."""
    paper = make_paper(listed_at=after(hours=4))
    read(paper, (6, 10))
    assert measured(paper, after(hours=5)).value("upvotes") is None


def test_a_signal_never_read_differs_from_zero() -> None:
    paper = make_paper()
    read(paper, (6, 0))
    one = measured(paper, CLOSE)

    assert one.value("upvotes") == 0
    assert one.value("stars") is None
    assert facts(paper, one)["stars"] is None


def test_the_gain_of_a_day_differs_from_that_of_the_window() -> None:
    paper = make_paper()
    read(paper, (6, 10), (30, 25), (70, 60))
    one = measured(paper, after(hours=72))

    assert one.day_gain("upvotes") == 60 - 25
    assert one.window_gain("upvotes") == 60


def test_the_first_read_of_upvotes_is_a_gain() -> None:
    paper = make_paper()
    read(paper, (20, 84))

    assert measured(paper, CLOSE).day_gain("upvotes") == 84


def test_a_first_read_long_after_the_listing_is_no_gain() -> None:
    paper = make_paper()
    read(paper, (20 * 24, 84))

    assert measured(paper, after(days=20, hours=1)).day_gain("upvotes") == 0


def test_stars_gain_only_from_the_first_read_on() -> None:
    paper = make_paper()
    read(paper, (2, 40_000), (20, 40_012), kind="stars")

    assert measured(paper, CLOSE).day_gain("stars") == 12


def test_a_vote_withdrawn_and_given_again_is_no_gain() -> None:
    paper = make_paper()
    read(paper, (6, 10), (12, 9), (18, 10))
    one = measured(paper, CLOSE)

    assert one.series["upvotes"].levels == (10.0,)
    assert one.value("upvotes") == 10


def test_two_counters_of_one_signal_are_not_added() -> None:
    paper = make_paper()
    read(paper, (6, 10), kind="stars", source="hugging_face")
    read(paper, (6, 14), kind="stars", source="github")

    assert measured(paper, CLOSE).value("stars") == 14


def test_the_better_of_two_places_counts() -> None:
    paper = make_paper()
    read(paper, (6, 9), kind="position", source="a")
    read(paper, (7, 2), kind="position", source="b")

    assert measured(paper, CLOSE).value("position") == 2


def test_a_sparkline_has_seven_days_none_before_the_listing_and_ends_now() -> None:
    paper = make_paper()
    read(paper, (12, 5), (36, 9), (60, 20))

    assert measured(paper, after(days=3)).spark == (None, None, None, 0, 5, 9, 20)


def test_a_sparkline_of_a_paper_known_late_begins_with_its_first_read() -> None:
    paper = make_paper()
    read(paper, (100, 50), (110, 52), (140, 60))

    assert measured(paper, after(days=7)).spark == (None, None, None, None, 52, 60, 60)


@pytest.mark.parametrize(
    ("reads", "days"),
    [
        ([], 7),
        ([(12, 5)], 3),
        ([(12, 5), (60, 20)], 3),
        ([(12, 5), (24, 5), (72, 5)], 7),
        ([(2, 3), (4, 5), (8, 9)], 1),
        ([(1, 5), (2, 6), (3, 8)], 9),
    ],
    ids=[
        "no read",
        "one read",
        "two reads",
        "no rise since the first read",
        "the first day",
        "nothing within the last days",
    ],
)
def test_a_line_that_says_nothing_is_no_sparkline(
    reads: list[tuple[float, float]], days: int
) -> None:
    paper = make_paper()
    read(paper, *reads)

    assert measured(paper, after(days=days)).spark == ()


def test_facts_are_json() -> None:
    paper = make_paper(code_url="https://github.com/example/code")
    read(paper, (6, 10), (20, 84))
    read(paper, (6, 3), kind="comments")
    read(paper, (6, 1), kind="position")
    frozen = json.loads(json.dumps(facts(paper, measured(paper, CLOSE))))

    assert frozen["upvotes"] == frozen["upvotes_gain"] == 84
    assert frozen["comments"] == 3
    assert frozen["position"] == 1
    assert frozen["code_url"] == "https://github.com/example/code"
    assert frozen["spark"] == []
    assert frozen["read_at"] == "2025-03-14T20:00:00+00:00"


@pytest.mark.parametrize("number", [1, 3])
def test_many_papers_take_one_query(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    papers = [make_paper() for _ in range(number)]
    for paper in papers:
        read(paper, (6, 1), (7, 2))
    with django_assert_num_queries(1):
        measurements = measure([paper.pk for paper in papers], CLOSE)

    assert set(measurements) == {paper.pk for paper in papers}


def test_an_id_without_a_paper_is_left_out() -> None:
    assert measure([0], CLOSE) == {}
    assert measure([], CLOSE) == {}


def test_every_kind_of_signal_is_read() -> None:
    paper = make_paper()
    for kind in Signal.Kind:
        read(paper, (6, 7), kind=kind)

    assert set(measured(paper, CLOSE).series) == set(Signal.Kind)
