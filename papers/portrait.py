"""One paper's own page: what it is, what was read of it, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from papers.explain import Reason, explain, is_held_first
from papers.measure import Facts, facts, measure
from papers.models import Paper, Signal, Trend
from papers.pages import list_url
from papers.queries import newest_places, topics_by_weight
from papers.windows import Window


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest value of one counter, where it comes from and when it was read."""

    kind: str
    source: str
    value: float
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The place of a paper in the newest list of a window, counted from 1, and why."""

    window: Window
    day: date
    url: str
    place: int
    value: float
    reasons: Sequence[Reason]
    held_first: bool


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
        reasons=explain(trend.components, window),
        held_first=is_held_first(trend.components),
    )


def _readings(paper: Paper, now: datetime) -> list[Reading]:
    """The newest read of each counter, in the order in which the kinds are declared."""
    newest = (
        Signal.objects.filter(paper=paper, read_at__lte=now)
        .order_by("kind", "source", "-read_at")
        .distinct("kind", "source")
    )
    order = list(Signal.Kind)
    found = sorted(newest, key=lambda read: (order.index(Signal.Kind(read.kind)), read.source))
    return [
        Reading(read.get_kind_display(), read.source, read.value, read.read_at) for read in found
    ]
