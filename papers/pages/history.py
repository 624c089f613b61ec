"""The reads of a paper's signals over time, and the lines that a page draws of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final

from papers.models import Signal
from web.sql import rows

Kind = Signal.Kind
_CHARTED: Final = (Kind.UPVOTES, Kind.STARS, Kind.COMMENTS, Kind.CITATIONS)
_FEWEST: Final = 3  # reads; a line through two says nothing that the two do not
WIDTH: Final = 320
HEIGHT: Final = 96
_MARGIN: Final = 4  # the dot at the end and the width of the line stay inside

# Of each counter at most 60 reads, evenly chosen, the first and the last among them. Served by
# signal_read_once (paper, kind, source, read_at); 20,000 reads of one paper: 29 ms.
_HISTORY: Final = """
WITH numbered AS (
    SELECT kind, source, read_at, value,
           row_number() OVER (PARTITION BY kind, source ORDER BY read_at) AS number,
           count(*) OVER (PARTITION BY kind, source) AS reads
    FROM papers_signal
    WHERE paper_id = %(paper)s AND read_at <= %(until)s
)
SELECT kind, source, read_at, value, reads
FROM numbered
WHERE number = reads OR (number - 1) %% ceil(reads / 59.0)::bigint = 0
ORDER BY kind, source, read_at
"""


@dataclass(frozen=True, slots=True)
class History:
    """Some reads of one counter, oldest first, at most 60; `reads` is the number of all."""

    kind: str
    source: str
    points: Sequence[tuple[datetime, float]]
    reads: int

    @property
    def first(self) -> float:
        return self.points[0][1]

    @property
    def first_at(self) -> datetime:
        return self.points[0][0]

    @property
    def value(self) -> float:
        """The newest value."""
        return self.points[-1][1]

    @property
    def read_at(self) -> datetime:
        """When the newest value was read."""
        return self.points[-1][0]


@dataclass(frozen=True, slots=True)
class Chart:
    """A line in a box of 320 by 96: its points and its end, as attributes of SVG.

    They are texts, since a template would write a number in the form of the reader's language.
    """

    history: History
    low: float
    high: float
    points: str
    end_x: str
    end_y: str


def histories(paper_id: int, until: datetime) -> list[History]:
    """The history of each counter up to `until`, in the order of the kinds. One query."""
    found = [
        History(kind, source, [(at, value) for *_, at, value, _ in of_counter], reads)
        for (kind, source, reads), of_counter in groupby(
            rows(_HISTORY, paper=paper_id, until=until), key=itemgetter(0, 1, 4)
        )
    ]
    order = [str(kind) for kind in Kind]
    return sorted(found, key=lambda one: (order.index(one.kind), one.source))


def charts(found: Sequence[History]) -> list[Chart]:
    """A chart for votes, stars, comments and citations that were read three times and changed.

    Of several counters of one kind that with the highest value, as in a score.
    """
    drawn = []
    for kind in _CHARTED:
        of_kind = [one for one in found if one.kind == kind and one.reads >= _FEWEST]
        best = max(of_kind, key=lambda one: one.value, default=None)
        if best and len({value for _, value in best.points}) > 1:
            drawn.append(chart(best))
    return drawn


def chart(history: History) -> Chart:
    """The line of a history: it fills the box from the lowest value to the highest."""
    low = min(value for _, value in history.points)
    high = max(value for _, value in history.points)
    first, last = history.first_at.timestamp(), history.read_at.timestamp()
    wide, tall = WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN
    places = [
        (
            _MARGIN + wide * (at.timestamp() - first) / ((last - first) or 1),
            HEIGHT - _MARGIN - tall * (value - low) / ((high - low) or 1),
        )
        for at, value in history.points
    ]
    texts = [(f"{x:.1f}", f"{y:.1f}") for x, y in places]
    return Chart(history, low, high, " ".join(",".join(one) for one in texts), *texts[-1])
