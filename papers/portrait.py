"""One paper's own page: what it is, what was read of it, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from papers.measure import Facts, facts, measure
from papers.models import Paper, Signal, Topic, Trend
from papers.queries import topics_by_weight


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest value of one counter, where it comes from and when it was read."""

    kind: str
    source: str
    value: float
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything the page of a paper shows. `trends` holds the newest of each window."""

    paper: Paper
    facts: Facts
    topics: Sequence[Topic]
    readings: Sequence[Reading]
    trends: Sequence[Trend]
    first_read_on: date | None


def portrait(pk: int, now: datetime) -> Portrait:
    """The paper and all that is known of it at `now`. Six queries.

    Raises:
        Paper.DoesNotExist: there is no such paper.
    """
    paper = Paper.objects.defer("search").prefetch_related(topics_by_weight()).get(pk=pk)
    measured = measure([pk], now)[pk]
    return Portrait(
        paper=paper,
        facts=facts(paper, measured),
        topics=[link.topic for link in paper.topic_links.all()],
        readings=_readings(paper, now),
        trends=_newest_trends(paper),
        first_read_on=_first_read_on(paper),
    )


def _readings(paper: Paper, now: datetime) -> list[Reading]:
    """The newest read of each counter, in the order in which the kinds are declared."""
    newest = (
        Signal.objects.filter(paper=paper, read_at__lte=now)
        .order_by("kind", "source", "-read_at")
        .distinct("kind", "source")
    )
    order = list(Signal.Kind)
    found = [Reading(s.get_kind_display(), s.source, s.value, s.read_at) for s in newest]
    labels = [kind.label for kind in order]
    return sorted(found, key=lambda reading: (labels.index(reading.kind), reading.source))


def _newest_trends(paper: Paper) -> list[Trend]:
    newest = paper.trends.order_by("window", "-day").distinct("window")
    order = list(Trend.Span)
    return sorted(newest, key=lambda trend: order.index(Trend.Span(trend.window)))


def _first_read_on(paper: Paper) -> date | None:
    first = paper.signals.order_by("read_at").values_list("read_at", flat=True).first()
    return first.date() if first else None
