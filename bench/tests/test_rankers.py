"""The formulas that the backtest compares, and the metrics that judge them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.backtest.metrics import interval, mean_settled, ndcg, precision
from bench.backtest.rankers import RANKERS, measurement
from bench.backtest.recorded_lists import Entry, Reads, RecordedList
from papers.models import Paper, Signal
from papers.ranking.measurements import measure

MONDAY = date(2025, 3, 10)
START = datetime(2025, 3, 10, tzinfo=UTC)
CLOSE = datetime(2025, 3, 15, tzinfo=UTC)


def entry(paper_id: int, votes: float, day: int = 0, **reads: Reads) -> Entry:
    at = (START + timedelta(days=day, hours=17)).timestamp()
    return Entry(
        paper_id, MONDAY + timedelta(days=day), {"upvotes": ((at, votes),), **reads}, votes
    )


def order(ranker: str, *entries: Entry) -> list[int]:
    return RANKERS[ranker](RecordedList("week", CLOSE, entries, 10))


@pytest.mark.parametrize("ranker", RANKERS)
def test_within_a_day_votes_and_then_ids_decide(ranker: str) -> None:
    assert order(ranker, entry(1, 5), entry(2, 30), entry(3, 12)) == [2, 3, 1]
    assert order(ranker, entry(3, 5), entry(1, 5), entry(2, 5)) == [1, 2, 3]


def test_reddit_is_date_order_in_disguise() -> None:
    assert order("Reddit hot", entry(1, 200, day=0), entry(2, 3, day=4)) == [2, 1]
    assert order("ours", entry(1, 200, day=0), entry(2, 3, day=4)) == [1, 2]


def test_hacker_news_prefers_a_younger_paper_with_fewer_votes() -> None:
    young = entry(2, 10, day=4)
    assert order("Hacker News", entry(1, 200, day=0), young) == [2, 1]
    assert order("Hacker News", entry(1, 2_000, day=0), young) == [1, 2]


def test_decay_counts_a_vote_half_after_its_half_life() -> None:
    assert order("decay 24 h", entry(1, 15, day=0), entry(2, 8, day=1)) == [2, 1]
    assert order("decay 24 h", entry(1, 17, day=0), entry(2, 8, day=1)) == [1, 2]
    late = entry(1, 0, upvotes=((START.timestamp(), 2.0), (START.timestamp() + 345_600, 40.0)))
    assert order("decay 24 h", entry(2, 100), late) == [1, 2]  # each rise counts from its read


@pytest.mark.django_db
def test_reads_are_measured_as_in_the_service() -> None:
    """The service makes series in SQL; the replay must have the same."""
    hours = {"upvotes": [(5, 3), (9, 3), (12, 8), (15, 6), (20, 8), (30, 11), (40, 11)]}
    hours |= {"stars": [(6, 900), (30, 950)], "comments": [(5, 0), (30, 2)]}
    paper = Paper.objects.create(title="A study", title_key="a study", listed_on=MONDAY)
    Signal.objects.bulk_create(
        Signal(
            paper=paper, source="s", kind=kind, read_at=START + timedelta(hours=hour), value=level
        )
        for kind, reads in hours.items()
        for hour, level in reads
    )
    given: dict[str, Reads] = {
        kind: tuple((START.timestamp() + 3600.0 * hour, float(level)) for hour, level in reads)
        for kind, reads in hours.items()
    }
    one = RecordedList("week", CLOSE, [], 10)
    assert (
        measurement(Entry(paper.pk, MONDAY, given, 0), one) == measure([paper.pk], CLOSE)[paper.pk]
    )


def test_ndcg_of_an_order() -> None:
    assert ndcg([9, 5, 1, 0], 3) == ndcg([0, 0, 0], 2) == 1
    assert ndcg([5, 9], 2) == pytest.approx((5 + 9 / math.log2(3)) / (9 + 5 / math.log2(3)))
    assert ndcg([1, 1, 100], 2) < 0.05  # what is missing counts as a loss


def test_precision_counts_papers_level_with_the_last_place() -> None:
    assert precision([7, 3, 3, 7], 3) == 1
    assert precision([7, 2, 3, 7], 3) == pytest.approx(2 / 3)
    assert mean_settled([10, 20, 99], 2) == 15


def test_an_interval_contains_its_mean_and_is_reproducible() -> None:
    values = [0.1, 0.4, 0.2, 0.9, 0.5]
    found, same = interval(values), interval([0.5] * 4)
    assert found.low < found.mean < found.high
    assert found == interval(values)
    assert (same.low, same.mean, same.high) == (0.5, 0.5, 0.5)
