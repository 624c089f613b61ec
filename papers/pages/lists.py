"""The values of the pages that list papers; the templates show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings

from papers.list_urls import FRONT_WINDOW, list_url
from papers.models import Curator, Topic
from papers.pages.families import Family, by_family
from papers.pages.list_wording import (
    list_title,
    nothing_listed,
    nothing_until_now,
    nothing_yet,
    papers_in_words,
)
from papers.pages.paging import page_count, require_page
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
from papers.wording import topic_text
from web.page_cache.by_version import by_version

PAGE_SIZE: Final = 20


@dataclass(frozen=True, slots=True)
class ListAddress:
    """What an address says about a list: `day` is None for the newest one.

    `is_compact`: each paper in two lines, without its summary.
    """

    window: Window
    day: date | None = None
    topic: Topic | None = None
    number: int = 1
    is_compact: bool = False

    def other(self, window: Window, day: date | None, topic: Topic | None) -> str:
        """The first page of another list in the same view."""
        return list_url(window, day, topic, compact=self.is_compact)

    def page(self, number: int, *, compact: bool | None = None) -> str:
        """Another page of the same list, in the same view or another."""
        compact = self.is_compact if compact is None else compact
        return list_url(self.window, self.day, self.topic, number=number, compact=compact)


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
    """A page of a list of papers, with its tabs, its topics and the links to other lists.

    `day` is the last one of the window. `total` counts the papers of the whole list; `papers`
    are those of this page. An address is empty where there is no such list or page.
    `nearest` is the nearest day with papers. All links keep the view of this page, but for
    `view_url`, which is the same page in the other view.
    """

    address: ListAddress
    day: date
    first: date
    today: date
    papers: Sequence[RankedPaper]
    total: int
    tabs: Sequence[Tab]
    topics: Sequence[TopicLink]
    curators: Sequence[Curator]
    earlier_url: str
    later_url: str
    nearest: date | None
    nearest_url: str

    @property
    def window(self) -> Window:
        return self.address.window

    @property
    def topic(self) -> Topic | None:
        return self.address.topic

    @property
    def is_compact(self) -> bool:
        return self.address.is_compact

    @property
    def number(self) -> int:
        return self.address.number

    @property
    def pages(self) -> int:
        return page_count(self.total, PAGE_SIZE)

    @property
    def previous_url(self) -> str:
        return self.address.page(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return self.address.page(self.number + 1) if self.number < self.pages else ""

    @property
    def view_url(self) -> str:
        return self.address.page(self.number, compact=not self.is_compact)

    @property
    def canonical_url(self) -> str:
        """The absolute address of this page under its shortest name, in the comfortable view."""
        return f"{settings.SITE_URL}{self.address.page(self.number, compact=False)}"

    @property
    def front_url(self) -> str:
        return self.address.other(FRONT_WINDOW, None, None)

    @property
    def all_topics_url(self) -> str:
        """The same list with all topics."""
        return self.address.other(self.window, self.address.day, None)

    @property
    def families(self) -> Sequence[Family[TopicLink]]:
        return by_family(self.topics, lambda link: link.topic)

    @property
    def cadence(self) -> str:
        """The cadence of this window's editions, for the address of their feed."""
        return {"day": "daily", "week": "weekly", "month": "monthly"}[self.window]

    @property
    def lead(self) -> RankedPaper | None:
        """The paper that the page shows larger: the first one of a comfortable list."""
        if self.is_compact or self.number > 1 or not self.papers:
            return None
        return self.papers[0]

    @property
    def why_empty(self) -> str:
        """Why the list has no papers, in a sentence."""
        name = topic_text(self.topic.name) if self.topic else ""
        if not self.nearest and not self.topic:
            return nothing_yet()
        if self.is_open:
            return nothing_until_now(name)
        return nothing_listed(self.window, self.day, name)

    @property
    def title(self) -> str:
        name = topic_text(self.topic.name) if self.topic else ""
        return list_title(self.window, self.day, name, self.number)

    @property
    def count(self) -> str:
        """The papers of the whole list, in words."""
        is_newest = self.address.day is None
        return papers_in_words(self.total, self.window, self.day, is_newest=is_newest)

    @property
    def is_open(self) -> bool:
        """Whether papers may still be added: the window's last day is not over."""
        return self.day >= self.today

    @property
    def has_sample(self) -> bool:
        return any(ranked_paper.paper.is_sample for ranked_paper in self.papers)


def list_page(address: ListAddress, *, now: datetime) -> ListPage:
    """The page at `address` of the list of its window, of one topic or of all, at `now`.

    Args:
        now: aware, UTC.

    Raises:
        NoSuchPage: the list has fewer pages.
    """
    window, topic, today = address.window, address.topic, now.date()
    last = address.day or latest_day(window, today)
    counts = topic_counts(window, last)
    slug = topic.slug if topic else None
    skip = (address.number - 1) * PAGE_SIZE
    papers = ranked(window, last, topic_slug=slug, skip=skip, limit=PAGE_SIZE, now=now)
    is_whole = address.number == 1 and len(papers) < PAGE_SIZE
    total = len(papers) if is_whole else _total(window, last, topic, counts)
    require_page(address.number, page_count(total, PAGE_SIZE))
    around = _not_after(today, days_with_papers(last, window, topic_slug=slug))
    closest = nearest(last, around)
    return ListPage(
        address=address,
        day=last,
        first=first_day(window, last),
        today=today,
        papers=papers,
        total=total,
        tabs=[
            Tab(each, address.other(each, address.day, topic), each == window) for each in WINDOWS
        ],
        topics=[_link(count, address) for count in counts],
        curators=_curators(),
        earlier_url=address.other(window, around.earlier, topic) if around.earlier else "",
        later_url=address.other(window, around.later, topic) if around.later else "",
        nearest=closest,
        nearest_url=address.other(window, closest, topic) if closest else "",
    )


def nearest(day: date, around: Neighbours) -> date | None:
    """The closer one of the two days with papers; the earlier one, if both are as close."""
    days = [other for other in (around.earlier, around.later) if other]
    return min(days, key=lambda other: abs(other - day), default=None)


def _not_after(today: date, around: Neighbours) -> Neighbours:
    """No list leads past today, even if papers of a source have a later date."""
    later = around.later if around.later and around.later <= today else None
    return Neighbours(around.earlier, later)


def _link(count: TopicCount, address: ListAddress) -> TopicLink:
    url = address.other(address.window, address.day, count.topic)
    return TopicLink(count.topic, count.papers, url, count.topic == address.topic)


def _total(window: Window, day: date, topic: Topic | None, counts: Sequence[TopicCount]) -> int:
    if topic is None:
        return _papers_of_window(window, day)
    return next((count.papers for count in counts if count.topic == topic), 0)


@by_version
def _papers_of_window(window: Window, day: date) -> int:
    return window_papers(window, day).count()


@by_version
def _curators() -> Sequence[Curator]:
    return list(Curator.objects.all())
