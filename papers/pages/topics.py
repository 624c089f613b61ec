"""The values of the index of topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from papers.list_urls import FRONT_WINDOW, list_url
from papers.models import Paper, Topic
from papers.pages.families import Family, by_family
from papers.queries import TopicCount, latest_day, strongest_of_topics, topic_counts


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """A topic: its papers of the newest week, the first of them, and where more is."""

    topic: Topic
    papers: int
    strongest: Paper | None
    url: str
    feed_url: str


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """All topics that readers can follow, by family; `day` is the last day of the counted week."""

    day: date
    families: Sequence[Family[TopicEntry]]
    canonical_url: str


def topics_page(now: datetime) -> TopicsPage:
    """The index of topics at `now` (aware, UTC), with the papers of the newest week.

    Five queries for any number of topics and papers.
    """
    day = latest_day(FRONT_WINDOW, now.date())
    strongest = strongest_of_topics(FRONT_WINDOW, day)
    entries = [
        _entry(count, strongest.get(count.topic.pk)) for count in topic_counts(FRONT_WINDOW, day)
    ]
    return TopicsPage(
        day=day,
        families=by_family(entries, lambda entry: entry.topic),
        canonical_url=f"{settings.SITE_URL}{reverse('papers:topics')}",
    )


def _entry(count: TopicCount, strongest: Paper | None) -> TopicEntry:
    return TopicEntry(
        topic=count.topic,
        papers=count.papers,
        strongest=strongest,
        url=list_url(FRONT_WINDOW, None, count.topic),
        feed_url=reverse("papers:topic_feed", args=[count.topic.slug]),
    )
