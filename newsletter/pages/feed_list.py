"""The page of feeds in words: each feed, what it holds and how often it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from newsletter.feeds import NEWEST, SHOWN
from papers.feeds import MAX_ENTRIES
from papers.models import Topic
from papers.text.shorten import shortened
from papers.wording import topic_text

_EDITIONS = {
    "daily": (_("Daily editions"), _("A new entry each day, with the papers of that day.")),
    "weekly": (
        _("Weekly editions"),
        _("A new entry each day, with the papers of the last seven days."),
    ),
    "monthly": (
        _("Monthly editions"),
        _("A new entry each day, with the papers of the last thirty days."),
    ),
}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its name, its path, and what it says of itself."""

    name: str | Promise
    url: str
    what: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Family:
    """The feeds of the topics of a family; those without a family have an empty name."""

    name: str
    feeds: Sequence[Feed]


@dataclass(frozen=True, slots=True)
class FeedsPage:
    """`entries`: of a page of papers. `editions` of a feed each show `papers` papers."""

    all_papers: Feed
    by_cadence: Sequence[Feed]
    families: Sequence[Family]
    entries: int = MAX_ENTRIES
    editions: int = NEWEST
    papers: int = SHOWN


def feeds_page() -> FeedsPage:
    """All public feeds. One query."""
    return FeedsPage(
        all_papers=Feed(_("All papers"), reverse("papers:feed")),
        by_cadence=[
            Feed(name, reverse("newsletter:edition_feed", args=[cadence]), what)
            for cadence, (name, what) in _EDITIONS.items()
        ],
        families=list(_families(_topics())),
    )


def _topics() -> Iterable[Topic]:
    """The active topics by family, in the order of the families, those without one last."""
    places = [When(family=family, then=Value(place)) for place, family in enumerate(Topic.Family)]
    place = Case(*places, default=Value(len(places)), output_field=IntegerField())
    return Topic.objects.filter(is_active=True).order_by(place, "position", "name")


def _families(topics: Iterable[Topic]) -> Iterable[Family]:
    for name, of_family in groupby(topics, key=_family_name):
        yield Family(name, [_topic_feed(topic) for topic in of_family])


def _family_name(topic: Topic) -> str:
    """Empty also for a family that this version does not know."""
    return str(Topic.Family(topic.family).label) if topic.family in Topic.Family.values else ""


def _topic_feed(topic: Topic) -> Feed:
    what = shortened(topic_text(topic.description), 120)
    return Feed(topic_text(topic.name), reverse("papers:topic_feed", args=[topic.slug]), what)
