from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles

from hypothesis import given
from hypothesis import strategies as st

from local.sample.catalogue import papers
from local.sample.signal_history import MOST_VOTES, Reading, history

LISTED = date(2026, 11, 16)
OPENED = datetime(2026, 11, 16, tzinfo=UTC)
A_WEEK_ON = OPENED + timedelta(days=7)

positions = st.integers(1, 50)
ages = st.integers(-2, 12 * 24).map(lambda hours: OPENED + timedelta(hours=hours, minutes=7))


def final_values(kind: str, *, has_code: bool = True) -> list[int]:
    """The last read of a counter for each of the fifty papers, a week after its listing."""
    found = []
    for paper in papers():
        reads = history(paper.position, LISTED, A_WEEK_ON, has_code=has_code)
        found.append([read.value for read in reads if read.kind == kind][-1])
    return found


@given(position=positions, until=ages)
def test_the_same_paper_and_day_give_the_same_history(position: int, until: datetime) -> None:
    once = history(position, LISTED, until, has_code=True)
    assert once == history(position, LISTED, until, has_code=True)


@given(position=positions, until=ages)
def test_a_later_history_only_adds_reads(position: int, until: datetime) -> None:
    earlier = history(position, LISTED, until, has_code=True)
    later = history(position, LISTED, until + timedelta(days=2), has_code=True)
    assert later[: len(earlier)] == earlier


@given(position=positions, until=ages)
def test_every_read_lies_between_the_listing_and_now(position: int, until: datetime) -> None:
    reads = history(position, LISTED, until, has_code=True)
    assert all(OPENED <= read.read_at <= until for read in reads)
    assert bool(reads) == (until >= OPENED)


@given(position=positions, until=ages)
def test_counters_only_rise(position: int, until: datetime) -> None:
    series: dict[str, list[Reading]] = defaultdict(list)
    for read in history(position, LISTED, until, has_code=True):
        series[read.kind].append(read)
    for reads in series.values():
        assert [read.read_at for read in reads] == sorted({read.read_at for read in reads})
        assert [read.value for read in reads] == sorted(read.value for read in reads)


def test_each_counter_is_read_six_times_a_day() -> None:
    reads = history(1, LISTED, OPENED + timedelta(hours=23, minutes=59), has_code=True)
    assert len(reads) == 6 * 3


def test_stars_are_read_only_of_papers_with_code() -> None:
    assert {read.kind for read in history(3, LISTED, A_WEEK_ON, has_code=False)} == {
        "upvotes",
        "comments",
    }


def test_votes_have_the_heavy_tail_of_real_lists() -> None:
    votes = final_values("upvotes")
    deciles = quantiles(votes, n=10)
    assert 5 <= median(votes) <= 18
    assert 30 <= deciles[-1] <= 120
    assert 80 <= max(votes) <= MOST_VOTES


def test_most_papers_have_one_comment_or_none() -> None:
    comments = final_values("comments")
    assert sum(count <= 1 for count in comments) > 25
    assert max(comments) > 3


def test_some_papers_get_their_votes_late() -> None:
    def share_of_first_two_days(position: int) -> float:
        reads = history(position, LISTED, A_WEEK_ON, has_code=False)
        votes = {read.read_at: read.value for read in reads if read.kind == "upvotes"}
        return votes[OPENED + timedelta(days=2)] / max(votes[A_WEEK_ON], 1)

    late = [number for number in range(1, 51) if share_of_first_two_days(number) < 0.2]
    assert 2 <= len(late) <= 20


def test_papers_on_one_day_differ() -> None:
    histories = {tuple(history(number, LISTED, A_WEEK_ON, has_code=True)) for number in range(9)}
    assert len(histories) == 9
