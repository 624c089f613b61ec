"""Load the reads of each counter from the database, as a series of rises."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Final

from papers.models import Signal
from web.sql import rows

Kind = Signal.Kind

# These start at zero on the day a paper is first listed, so the first read is a gain too.
# Stars do not: a repository may be older, and famous for another reason.
COUNTS_FROM_LISTING: Final = frozenset({Kind.UPVOTES, Kind.COMMENTS, Kind.VOTES, Kind.CLICKS})
# A first read within this time after the listing counts as the gain since the listing.
_FRESH: Final = 36 * 3600.0
_CHUNK: Final = 5_000  # papers a query: keeps memory flat at any number of papers
# Paper, first listing, and the kind, times and levels of one counter; None: it has no counter.
_Row = tuple[int, date, str | None, list[float], list[float]]

# Served by signal_read_once (paper, kind, source, read_at), which gives the reads in the order
# of the groups. Rises are found in Python: window functions here took four times as long.
# 5,000 papers with eleven reads each: 0.2 s.
_READS = """
WITH counter AS (
    SELECT paper_id, kind, source,
           array_agg(extract(epoch FROM read_at)::float8 ORDER BY read_at) AS times,
           array_agg(value ORDER BY read_at) AS levels
    FROM papers_signal
    WHERE paper_id = ANY(%(ids)s) AND read_at <= %(until)s
    GROUP BY paper_id, kind, source
)
SELECT paper.id, paper.listed_on, kind, times, levels
FROM papers_paper AS paper
LEFT JOIN counter ON counter.paper_id = paper.id
WHERE paper.id = ANY(%(ids)s)
ORDER BY paper.id, kind, source
"""

# A list that was first read after the window had closed would else have no figures at all, and its
# papers no order. Their first reads count as if they were read at the close. A paper that was known
# by then has its figures of then, if only none: else a closed window would change with the years,
# and each score would look for the reads of all announced papers.
_FIRST_READS = """
SELECT DISTINCT ON (paper.id, kind, source)
       paper.id, paper.listed_on, kind, ARRAY[extract(epoch FROM %(until)s)::float8], ARRAY[value]
FROM papers_paper AS paper
JOIN papers_signal AS signal ON signal.paper_id = paper.id
WHERE paper.id = ANY(%(ids)s) AND paper.listed_at > %(until)s AND read_at > %(until)s
ORDER BY paper.id, kind, source, read_at
"""


@dataclass(frozen=True, slots=True)
class Series:
    """One counter of one paper: the reads at which it rose, oldest first.

    `times`, `since` and `levels` are equally long and start with the first read of all.
    `since` is the read before each, at which the counter had not risen yet (for the first
    read: its own time); `last_at` is the last read, with or without a rise. `started` is
    when the counter began to count (the listing) or, where that is not known, the first
    read. Instants are seconds since 1970, because a hundred thousand papers are scored at
    once.
    """

    times: tuple[float, ...]
    since: tuple[float, ...]
    levels: tuple[float, ...]
    last_at: float
    value: float
    started: float

    @property
    def first(self) -> float:
        return self.levels[0]

    @property
    def first_at(self) -> float:
        return self.times[0]

    def level_at(self, instant: float) -> float:
        """The level at an instant; before the first read, the level at the start."""
        count = bisect_right(self.times, instant)
        return self.levels[count - 1] if count else self.base

    @property
    def base(self) -> float:
        """The level at the start: zero, or the level of the first read."""
        return 0.0 if self.started < self.first_at else self.first

    def reads_since(self, instant: float) -> int:
        """How many of the reads that are kept here are not older than `instant`.

        Reads without a rise are kept only before a rise and at the end, so there may have been
        more; when there was a rise and three reads or more, at least three are kept.
        """
        return sum(at >= instant for at in {*self.times, *self.since, self.last_at})

    def gain_since(self, instant: float) -> float:
        """The rise after `instant`: never negative."""
        return max(0.0, self.value - self.level_at(instant))


def series_from(
    kind: str, times: Sequence[float], levels: Sequence[float], listed: float
) -> Series:
    """One counter of a paper first listed at `listed`, from all its reads, oldest first.

    A read is a rise only above everything read before, so a vote taken back and given again
    is not counted twice.
    """
    rises, highest = [0], levels[0]
    for number, level in enumerate(levels):
        if level > highest:
            rises.append(number)
            highest = level
    counts = kind in COUNTS_FROM_LISTING and times[0] - listed <= _FRESH
    return Series(
        times=tuple([times[number] for number in rises]),
        since=tuple([times[max(number - 1, 0)] for number in rises]),
        levels=tuple([levels[number] for number in rises]),
        last_at=times[-1],
        value=levels[-1],
        started=min(listed, times[0]) if counts else times[0],
    )


def load_series(
    paper_ids: Collection[int], until: datetime
) -> Iterator[tuple[int, date, Mapping[str, Series]]]:
    """Each paper's id, first listing and series by kind, from the reads up to `until`.

    A paper whose list was read later has its first reads.
    """
    for chunk in _chunks(sorted(paper_ids)):
        counters = rows(_READS, ids=chunk, until=until)
        unread = [paper_id for paper_id, _, kind, _, _ in counters if kind is None]
        later = {
            paper_id: list(of_paper)
            for paper_id, of_paper in groupby(_first_reads(unread, until), key=itemgetter(0))
        }
        for (paper_id, listed_on), of_paper in groupby(counters, key=itemgetter(0, 1)):
            found = later.get(paper_id, of_paper)
            yield paper_id, listed_on, _series_by_kind(found, midnight(listed_on))


def _first_reads(paper_ids: list[int], until: datetime) -> list[_Row]:
    return rows(_FIRST_READS, ids=paper_ids, until=until) if paper_ids else []


def _series_by_kind(counters: Iterable[_Row], listed: float) -> Mapping[str, Series]:
    """Of several counters of the same signal the highest; they are never added.

    For a position it is the lowest: that is the best place.
    """
    best: dict[str, Series] = {}
    for _, _, kind, times, levels in counters:
        if kind is None:  # no signal of this paper was ever read
            continue
        series = series_from(kind, times, levels, listed)
        sign = -1 if kind == Kind.POSITION else 1
        if kind not in best or sign * series.value > sign * best[kind].value:
            best[kind] = series
    return MappingProxyType(best)


@lru_cache(maxsize=1024)
def midnight(day: date) -> float:
    """The instant at which a day begins, UTC, in seconds since 1970."""
    return datetime.combine(day, time.min, tzinfo=UTC).timestamp()


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
