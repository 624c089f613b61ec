"""The values of one paper's own page: its figures, its reads, and its places in the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from papers.explain import explain
from papers.list_urls import list_url
from papers.models import Paper, Signal, Trend
from papers.queries import newest_places, topics_by_weight
from papers.ranking.measurements import Facts, facts, measure
from papers.windows import Window

Kind = Signal.Kind


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest value of one counter, its source, and when it was read."""

    kind: str
    source: str
    value: float
    read_at: datetime


@dataclass(frozen=True, slots=True)
class SignalPoints:
    """The points of one signal in a trend; below zero they lower it."""

    kind: str
    points: float


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The place of a paper in the newest list of a window, counted from 1, and the reasons."""

    window: Window
    day: date
    url: str
    place: int
    value: float
    reasons: Sequence[str]
    points: Sequence[SignalPoints]


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Everything that the page of a paper shows. `places` go from the day to the month.

    `listed` are the days whose lists show it, oldest first; none: it was only announced.
    """

    paper: Paper
    facts: Facts
    readings: Sequence[Reading]
    places: Sequence[ListPlace]
    listed: Sequence[date]


def paper_page(pk: int, now: datetime) -> PaperPage:
    """The page of a paper, withdrawn or not, with its signals up to `now`. Six queries.

    Raises:
        Paper.DoesNotExist: there is no such paper.
    """
    paper = Paper.objects.defer("search").prefetch_related(topics_by_weight()).get(pk=pk)
    measurement = measure([pk], now)[pk]
    return PaperPage(
        paper=paper,
        facts=facts(paper, measurement),
        readings=_readings(paper, now),
        places=[_list_place(trend, place) for trend, place in newest_places(pk)],
        listed=sorted(set(paper.listings.values_list("day", flat=True))),
    )


def _list_place(trend: Trend, place: int) -> ListPlace:
    window = cast("Window", trend.window)
    return ListPlace(
        window=window,
        day=trend.day,
        url=list_url(window, trend.day),
        place=place,
        value=trend.value,
        reasons=explain(trend.components),
        points=signal_points(trend.components),
    )


def signal_points(components: Mapping[str, Any]) -> list[SignalPoints]:
    """The points of each signal in a trend, most first; other components are left out.

    The page shows two digits, so points that would read 0.00 are left out too.
    """
    points = [
        SignalPoints(kind.label, components[kind]["points"]) for kind in Kind if kind in components
    ]
    shown = [one for one in points if abs(one.points) >= 0.005]
    return sorted(shown, key=lambda one: -one.points)


def _readings(paper: Paper, now: datetime) -> list[Reading]:
    """The newest read of each counter, in the order in which the kinds are declared."""
    newest = (
        Signal.objects.filter(paper=paper, read_at__lte=now)
        .order_by("kind", "source", "-read_at")
        .distinct("kind", "source")
    )
    order = list(Kind)
    reads = sorted(newest, key=lambda read: (order.index(Kind(read.kind)), read.source))
    return [
        Reading(read.get_kind_display(), read.source, read.value, read.read_at) for read in reads
    ]
