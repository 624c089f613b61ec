"""One paper's own page: what it is, what was read of it, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from papers.explain import explain
from papers.models import Paper, Signal, Trend
from papers.pages.lists import list_url
from papers.queries import newest_places, topics_by_weight
from papers.ranking.measurements import Facts, facts, measure
from papers.windows import Window

Kind = Signal.Kind


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest value of one counter, where it comes from and when it was read."""

    kind: str
    source: str
    value: float
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """The points that one signal gave to a trend; below zero it counted against it."""

    kind: str
    points: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The place of a paper in the newest list of a window, counted from 1, and why."""

    window: Window
    day: date
    url: str
    place: int
    value: float
    reasons: Sequence[str]
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything the page of a paper shows. `standings` goes from the day to the month."""

    paper: Paper
    facts: Facts
    readings: Sequence[Reading]
    standings: Sequence[Standing]


def portrait(pk: int, now: datetime) -> Portrait:
    """The paper and all that is known of it at `now`. Five queries.

    Raises:
        Paper.DoesNotExist: there is no such paper.
    """
    paper = Paper.objects.defer("search").prefetch_related(topics_by_weight()).get(pk=pk)
    measured = measure([pk], now)[pk]
    return Portrait(
        paper=paper,
        facts=facts(paper, measured),
        readings=_readings(paper, now),
        standings=[_standing(trend, place) for trend, place in newest_places(pk)],
    )


def _standing(trend: Trend, place: int) -> Standing:
    window = cast("Window", trend.window)
    return Standing(
        window=window,
        day=trend.day,
        url=list_url(window, trend.day),
        place=place,
        value=trend.value,
        reasons=explain(trend.components),
        shares=shares(trend.components),
    )


def shares(components: Mapping[str, Any]) -> list[Share]:
    """What each signal gave to a trend, most first; parts that are no signal are left out.

    Shown with two digits, so what would read 0.00 is left out too.
    """
    given = [Share(kind.label, components[kind]["points"]) for kind in Kind if kind in components]
    seen = [share for share in given if abs(share.points) >= 0.005]
    return sorted(seen, key=lambda share: -share.points)


def _readings(paper: Paper, now: datetime) -> list[Reading]:
    """The newest read of each counter, in the order in which the kinds are declared."""
    newest = (
        Signal.objects.filter(paper=paper, read_at__lte=now)
        .order_by("kind", "source", "-read_at")
        .distinct("kind", "source")
    )
    order = list(Kind)
    found = sorted(newest, key=lambda read: (order.index(Kind(read.kind)), read.source))
    return [
        Reading(read.get_kind_display(), read.source, read.value, read.read_at) for read in found
    ]
