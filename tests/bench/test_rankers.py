"""The formulas that the backtest compares, ours through the service's own function."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bench.history import Entry, History, Reads
from bench.rankers import RANKERS, measurement
from papers.ranking.measurements import measure
from tests.factories import make_paper, make_signal

MONDAY = date(2025, 3, 10)
CLOSE = datetime(2025, 3, 15, tzinfo=UTC)


def entry(paper_id: int, votes: float, day: int = 0, **reads: Reads) -> Entry:
    listed = MONDAY + timedelta(days=day)
    at = datetime(2025, 3, 10 + day, 17, tzinfo=UTC).timestamp()
    return Entry(paper_id, listed, {"upvotes": ((at, votes),), **reads}, votes)


def order(ranker: str, *entries: Entry) -> list[int]:
    return RANKERS[ranker](History("week", CLOSE, entries, 10))


@pytest.mark.parametrize("ranker", RANKERS)
def test_of_papers_of_the_same_day_the_one_with_more_votes_leads(ranker: str) -> None:
    assert order(ranker, entry(1, 5), entry(2, 30), entry(3, 12)) == [2, 3, 1]


@pytest.mark.parametrize("ranker", RANKERS)
def test_ties_go_to_the_lower_id(ranker: str) -> None:
    assert order(ranker, entry(3, 5), entry(1, 5), entry(2, 5)) == [1, 2, 3]


def test_reddit_is_date_order_in_disguise() -> None:
    assert order("Reddit hot", entry(1, 200, day=0), entry(2, 3, day=4)) == [2, 1]
    assert order("ours", entry(1, 200, day=0), entry(2, 3, day=4)) == [1, 2]


def test_hacker_news_asks_for_many_times_the_votes_of_a_younger_paper() -> None:
    young = entry(2, 10, day=4)
    assert order("Hacker News", entry(1, 200, day=0), young) == [2, 1]
    assert order("Hacker News", entry(1, 2_000, day=0), young) == [1, 2]


def test_decay_counts_a_vote_half_after_its_half_life() -> None:
    assert order("decay 24 h", entry(1, 15, day=0), entry(2, 8, day=1)) == [2, 1]
    assert order("decay 24 h", entry(1, 17, day=0), entry(2, 8, day=1)) == [1, 2]
    assert order("decay 7 days", entry(1, 15, day=0), entry(2, 8, day=1)) == [1, 2]


def test_decay_counts_each_rise_from_when_it_was_seen() -> None:
    start = datetime(2025, 3, 10, 17, tzinfo=UTC).timestamp()
    late = entry(1, 0, upvotes=((start, 2.0), (start + 4 * 86_400, 40.0)))
    assert order("decay 24 h", entry(2, 100), late) == [1, 2]


@pytest.mark.django_db
def test_it_measures_reads_as_the_service_does() -> None:
    """The service makes series in SQL; the replay must not see anything else."""
    start = datetime(2025, 3, 10, tzinfo=UTC)
    hours = {"upvotes": [(5, 3), (9, 3), (12, 8), (15, 6), (20, 8), (30, 11), (40, 11)]}
    hours |= {"stars": [(6, 900), (30, 950)], "comments": [(5, 0), (30, 2)]}
    paper = make_paper(listed_on=MONDAY)
    for kind, reads in hours.items():
        for hour, level in reads:
            make_signal(paper, level, kind=kind, read_at=start + timedelta(hours=hour))
    given: dict[str, Reads] = {
        kind: tuple((start.timestamp() + 3600.0 * hour, float(level)) for hour, level in reads)
        for kind, reads in hours.items()
    }
    replayed = measurement(Entry(paper.pk, MONDAY, given, 0), History("week", CLOSE, [], 10))

    assert replayed == measure([paper.pk], CLOSE)[paper.pk]
