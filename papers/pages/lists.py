"""The values of the pages that list papers; the templates show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from papers.list_urls import list_url
from papers.models import Curator, Topic
from papers.queries import (
    Neighbours,
    RankedPaper,
    TopicCount,
    days_with_papers,
    latest_day,
    ranked,
    topic_counts,
)
from papers.ranking.window_papers import window_papers
from papers.windows import WINDOWS, Window, first_day

MAX_PAPERS: Final = 50


@dataclass(frozen=True, slots=True)
class Tab:
    window: Window
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class TopicLink:
    """A topic, how many papers of the list have it, and the address of its list."""

    topic: Topic
    papers: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list of papers, with its tabs, its topics and the links to other lists.

    `total` counts the papers of the window; the strongest `MAX_PAPERS` of them are in `papers`.
    `all_topics_url` is the same list with all topics. An address is empty where there is no
    such list. `nearest` is the nearest day with papers.
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
    all_topics_url: str
    earlier_url: str
    later_url: str
    nearest: date | None
    nearest_url: str

    @property
    def cadence(self) -> str:
        """The cadence of this window's editions, for the address of their feed."""
        return {"day": "daily", "week": "weekly", "month": "monthly"}[self.window]

    @property
    def is_open(self) -> bool:
        """Whether papers may still be added: the window's last day is not over."""
        return self.day >= self.today

    @property
    def has_sample(self) -> bool:
        return any(ranked_paper.paper.is_sample for ranked_paper in self.papers)


def list_page(
    window: Window, day: date | None, *, now: datetime, topic: Topic | None = None
) -> ListPage:
    """The list of `window` that ends with `day`, of one topic or of all, at `now`.

    Args:
        day: None for the newest list.
        now: aware, UTC.
    """
    today = now.date()
    last = day or latest_day(window, today)
    counts = topic_counts(window, last)
    slug = topic.slug if topic else None
    papers = ranked(window, last, topic_slug=slug, limit=MAX_PAPERS, now=now)
    around = _not_after(today, days_with_papers(last, window, topic_slug=slug))
    closest = nearest(last, around)
    return ListPage(
        window=window,
        day=last,
        first=first_day(window, last),
        today=today,
        topic=topic,
        papers=papers,
        total=len(papers) if len(papers) < MAX_PAPERS else _total(window, last, topic, counts),
        tabs=[Tab(each, list_url(each, day, topic), each == window) for each in WINDOWS],
        topics=[_link(count, window, day, topic) for count in counts],
        curators=list(Curator.objects.all()),
        all_topics_url=list_url(window, day),
        earlier_url=list_url(window, around.earlier, topic) if around.earlier else "",
        later_url=list_url(window, around.later, topic) if around.later else "",
        nearest=closest,
        nearest_url=list_url(window, closest, topic) if closest else "",
    )


def nearest(day: date, around: Neighbours) -> date | None:
    """The closer one of the two days with papers; the earlier one, if both are as close."""
    days = [other for other in (around.earlier, around.later) if other]
    return min(days, key=lambda other: abs(other - day), default=None)


def _not_after(today: date, around: Neighbours) -> Neighbours:
    """No list leads past today, even if papers of a source have a later date."""
    later = around.later if around.later and around.later <= today else None
    return Neighbours(around.earlier, later)


def _link(count: TopicCount, window: Window, day: date | None, current: Topic | None) -> TopicLink:
    url = list_url(window, day, count.topic)
    return TopicLink(count.topic, count.papers, url, count.topic == current)


def _total(window: Window, day: date, topic: Topic | None, counts: Sequence[TopicCount]) -> int:
    if topic is None:
        return window_papers(window, day).count()
    return next((count.papers for count in counts if count.topic == topic), 0)
