"""Measure the signals of papers at one instant: levels, gains and the figures that pages show.

A signal is a counter that a source keeps and that we read from time to time. Here the reads
of each counter become a series of rises, and the few numbers that pages show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, TypedDict

from papers.models import Paper, Signal
from papers.ranking.series import Series, load_series
from papers.windows import DAYS, Window

Kind = Signal.Kind

SPARK_DAYS: Final = 7
SPARK_READS: Final = 3  # two reads are a gain, and that is shown as a figure


@dataclass(frozen=True, slots=True)
class Measurement:
    """All signals of one paper as read up to `until`, one series for each kind."""

    paper_id: int
    until: datetime
    listed_on: date
    window: Window
    series: Mapping[str, Series]

    def value(self, kind: str) -> float | None:
        """The newest value at or before `until`; None when the signal was never read."""
        series = self.series.get(kind)
        return None if series is None else series.value

    def day_gain(self, kind: str) -> float:
        """The rise within the last 24 hours before `until`."""
        series = self.series.get(kind)
        return 0.0 if series is None else series.gain_since(self.day_ago)

    def window_gain(self, kind: str) -> float:
        """The rise within the window: 1, 7 or 30 days before `until`."""
        series = self.series.get(kind)
        return 0.0 if series is None else series.gain_since(self.window_ago)

    @property
    def day_ago(self) -> float:
        """In seconds since 1970, as the times of `Series` are."""
        return self._days_ago(1)

    @property
    def window_ago(self) -> float:
        return self._days_ago(DAYS[self.window])

    def _days_ago(self, days: int) -> float:
        return self.until.timestamp() - days * 86_400

    @property
    def spark(self) -> tuple[float | None, ...]:
        """Upvotes at `until` and at the same hour of the six days before, oldest first.

        A day before the counter began is None. Empty when a line would say nothing: fewer than
        three reads or three days are known, or nothing rose within them.
        """
        series = self.series.get(Kind.UPVOTES)
        instants = [self._days_ago(ago) for ago in range(SPARK_DAYS - 1, -1, -1)]
        if series is None or series.reads_since(instants[0]) < SPARK_READS:
            return ()
        levels = [series.level_at(at) if at >= series.started else None for at in instants]
        known = [level for level in levels if level is not None]
        return tuple(levels) if len(known) >= SPARK_READS and len(set(known)) > 1 else ()


class Facts(TypedDict):
    """The figures of a paper that a page or a mail shows; JSON, so that an edition can freeze it.

    None means "never read", which is not the same as 0. Gains are of the last 24 hours.
    """

    upvotes: int | None
    upvotes_gain: int
    upvotes_window_gain: int
    comments: int | None
    comments_gain: int
    stars: int | None
    stars_gain: int
    stars_window_gain: int
    citations: int | None
    artefacts: int | None
    votes: int
    position: int | None
    code_url: str
    project_url: str
    # Of the last days, oldest first, None before the first; [] when a line would say nothing.
    # Editions that were frozen earlier have 0 before the first, and always seven.
    spark: list[int | None]
    read_at: str | None  # ISO 8601, UTC: the newest read behind these numbers


def measure(
    paper_ids: Collection[int], until: datetime, *, window: Window = "week"
) -> dict[int, Measurement]:
    """The measurements of these papers at `until` (aware; reads up to and at it count), by id.

    One query for every 5,000 papers. A paper without any read has an empty `series`;
    an id without a paper is left out.
    """
    return {one.paper_id: one for one in iter_measurements(paper_ids, until, window=window)}


def iter_measurements(
    paper_ids: Collection[int], until: datetime, *, window: Window = "week"
) -> Iterator[Measurement]:
    """The same one by one, in the order of ids: for more papers than fit into memory."""
    for paper_id, listed_on, series in load_series(paper_ids, until):
        yield Measurement(paper_id, until, listed_on, window, series)


def facts(paper: Paper, measurement: Measurement) -> Facts:
    """The figures of one paper, unformatted and ready for JSON."""
    read_at = [series.last_at for series in measurement.series.values()]
    return Facts(
        upvotes=_whole(measurement, Kind.UPVOTES),
        upvotes_gain=round(measurement.day_gain(Kind.UPVOTES)),
        upvotes_window_gain=round(measurement.window_gain(Kind.UPVOTES)),
        comments=_whole(measurement, Kind.COMMENTS),
        comments_gain=round(measurement.day_gain(Kind.COMMENTS)),
        stars=_whole(measurement, Kind.STARS),
        stars_gain=round(measurement.day_gain(Kind.STARS)),
        stars_window_gain=round(measurement.window_gain(Kind.STARS)),
        citations=_whole(measurement, Kind.CITATIONS),
        artefacts=_whole(measurement, Kind.ARTEFACTS),
        votes=_whole(measurement, Kind.VOTES) or 0,
        position=_whole(measurement, Kind.POSITION),
        code_url=paper.code_url,
        project_url=paper.project_url,
        spark=[None if level is None else round(level) for level in measurement.spark],
        read_at=datetime.fromtimestamp(max(read_at), UTC).isoformat() if read_at else None,
    )


def _whole(measurement: Measurement, kind: str) -> int | None:
    value = measurement.value(kind)
    return None if value is None else round(value)
