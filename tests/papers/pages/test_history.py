"""The reads of a paper over time, and their charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from papers.models import Signal
from papers.pages.history import Chart, History, chart, charts, histories
from tests.factories import NOON, make_paper, make_signal

LATER = NOON + timedelta(days=3000)


def history(*values: float, kind: str = "upvotes", **more: Any) -> History:
    points = [(NOON + timedelta(hours=hour), value) for hour, value in enumerate(values)]
    return History(kind, more.get("source", "hugging_face"), points, more.get("reads", len(values)))


@pytest.mark.django_db
def test_each_counter_has_its_reads_oldest_first() -> None:
    paper = make_paper()
    for hour, value in ((2, 40), (1, 12)):
        make_signal(paper, value, read_at=NOON + timedelta(hours=hour))
    make_signal(paper, 7, kind=Signal.Kind.STARS, source="github")
    make_signal(make_paper(), 99)
    assert histories(paper.pk, LATER) == [
        History(
            "upvotes",
            "hugging_face",
            [(NOON + timedelta(hours=1), 12.0), (NOON + timedelta(hours=2), 40.0)],
            2,
        ),
        History("stars", "github", [(NOON, 7.0)], 1),
    ]


@pytest.mark.django_db
def test_a_read_after_the_moment_does_not_count() -> None:
    paper = make_paper()
    make_signal(paper, 7)
    assert histories(paper.pk, NOON - timedelta(seconds=1)) == []
    assert len(histories(paper.pk, NOON)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("reads", [59, 60, 61, 118, 119, 1000])
def test_of_many_reads_sixty_are_left(reads: int) -> None:
    paper = make_paper()
    Signal.objects.bulk_create(
        Signal(
            paper=paper,
            kind="stars",
            source="github",
            read_at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number),
            value=number,
        )
        for number in range(reads)
    )
    (found,) = histories(paper.pk, LATER)
    values = [value for _, value in found.points]
    assert 30 <= len(values) <= 60
    assert (values[0], values[-1], found.reads) == (0, reads - 1, reads)


def test_a_chart_fills_its_box_from_the_lowest_to_the_highest_value() -> None:
    rising = history(10, 30, 20)
    assert chart(rising) == Chart(rising, 10, 30, "4.0,92.0 160.0,4.0 316.0,48.0", "316.0", "48.0")


def test_three_reads_that_differ_make_a_chart() -> None:
    assert [one.history.kind for one in charts([history(1, 2, 3)])] == ["upvotes"]


@pytest.mark.parametrize(
    "quiet", [history(1, 2), history(5, 5, 5), history(1, 2, 3, kind="position")]
)
def test_what_says_nothing_is_no_chart(quiet: History) -> None:
    assert charts([quiet]) == []


def test_of_two_counters_the_higher_one_is_drawn() -> None:
    low, high = history(1, 2, 3), history(1, 2, 9, source="reddit")
    assert [one.history.source for one in charts([low, high])] == ["reddit"]


def test_reads_at_one_moment_make_a_line_all_the_same() -> None:
    same = History("stars", "github", [(NOON, 1.0), (NOON, 2.0), (NOON, 3.0)], 3)
    assert chart(same).points == "4.0,92.0 4.0,48.0 4.0,4.0"
