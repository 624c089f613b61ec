"""What the pages of papers hold: gathered here, set by the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.urls import reverse

from papers.models import Curator, Topic, Trend
from papers.queries import (
    Neighbours,
    RankedPaper,
    TopicCount,
    days_with_papers,
    listed_in,
    newest_day,
    ranked,
    topic_counts,
)
from papers.windows import WINDOWS, Window, first_day

# A week reads best: it is what most digests hold, and one quiet Sunday does not empty it.
FRONT: Final[Window] = "week"
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Tab:
    window: Window
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class TopicLink:
    """A topic, how many papers of the list have it, and where that part of the list is."""

    topic: Topic
    papers: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list of papers and everything around it.

    `total` counts the papers of the window, of which the strongest `SHOWN` are in `papers`.
    `whole_url` is the same list with all topics. A url is empty where there is nothing.
    """

    window: Window
    day: date
    first: date
    today: date
    topic: Topic | None
    papers: Sequence[RankedPaper]
    total: int
    tabs: Sequence[Tab]
    topics: Sequence[TopicLink]
    curators: Sequence[Curator]
    whole_url: str
    earlier_url: str
    later_url: str
    nearest: date | None
    nearest_url: str

    @property
    def cadence(self) -> str:
        """What the feed of this window's editions is called."""
        return {"day": "daily", "week": "weekly", "month": "monthly"}[self.window]

    @property
    def is_open(self) -> bool:
        """Whether papers may still come: the window's last day is not over."""
        return self.day >= self.today

    @property
    def has_sample(self) -> bool:
        return any(ranked_paper.paper.is_sample for ranked_paper in self.papers)


def list_page(
    window: Window, day: date | None, *, now: datetime, topic: Topic | None = None
) -> ListPage:
    """The list of `window` that ends with `day`, of one topic or of all, as it stands `now`.

    Args:
        day: None for the newest list.
        now: aware, UTC.
    """
    today = now.date()
    shown = day or latest_day(window, today)
    counts = topic_counts(window, shown)
    slug = topic.slug if topic else None
    papers = ranked(window, shown, topic_slug=slug, limit=SHOWN, now=now)
    around = _until(today, days_with_papers(shown, window, topic_slug=slug))
    closest = nearest(shown, around)
    return ListPage(
        window=window,
        day=shown,
        first=first_day(window, shown),
        today=today,
        topic=topic,
        papers=papers,
        total=len(papers) if len(papers) < SHOWN else _total(window, shown, topic, counts),
        tabs=[Tab(each, list_url(each, day, topic), each == window) for each in WINDOWS],
        topics=[_link(count, window, day, topic) for count in counts],
        curators=list(Curator.objects.all()),
        whole_url=list_url(window, day),
        earlier_url=list_url(window, around.earlier, topic) if around.earlier else "",
        later_url=list_url(window, around.later, topic) if around.later else "",
        nearest=closest,
        nearest_url=list_url(window, closest, topic) if closest else "",
    )


def list_url(window: Window, day: date | None, topic: Topic | None = None) -> str:
    """The address of a list, `/week/2026-11-20/` or `/topics/agents/week/2026-11-20/`.

    Without a day it is that of the newest: `/`, `/month/`, `/topics/agents/`.
    """
    name, args = ("dated", []) if topic is None else ("topic_dated", [topic.slug])
    if day is not None:
        return reverse(f"papers:{name}", args=[*args, window, day.isoformat()])
    if window == FRONT:
        return reverse("papers:topic", args=args) if topic else reverse("papers:front")
    return reverse("papers:topic_latest" if topic else "papers:latest", args=[*args, window])


def latest_day(window: Window, today: date) -> date:
    """The day whose list to show when none was asked for: the newest that has papers.

    A week or a month goes on to today as soon as today is scored, else to yesterday, so
    that a quiet weekend does not hold it back; where that window is empty, it does not.
    """
    newest = newest_day(today)
    if newest is None or window == "day":
        return newest or today
    last = today if _is_scored(window, today) else today - timedelta(days=1)
    return last if first_day(window, last) <= newest <= last else newest


def _is_scored(window: Window, day: date) -> bool:
    return Trend.objects.filter(window=window, day=day).exists()


def nearest(day: date, around: Neighbours) -> date | None:
    """The closer one of the days with papers; the earlier, if both are as close."""
    days = [other for other in (around.earlier, around.later) if other]
    return min(days, key=lambda other: abs(other - day), default=None)


def _until(today: date, around: Neighbours) -> Neighbours:
    """No list leads past today, even if a source was read under a later date."""
    later = around.later if around.later and around.later <= today else None
    return Neighbours(around.earlier, later)


def _link(count: TopicCount, window: Window, day: date | None, current: Topic | None) -> TopicLink:
    url = list_url(window, day, count.topic)
    return TopicLink(count.topic, count.papers, url, count.topic == current)


def _total(window: Window, day: date, topic: Topic | None, counts: Sequence[TopicCount]) -> int:
    if topic is None:
        return listed_in(window, day).count()
    return next((count.papers for count in counts if count.topic == topic), 0)
