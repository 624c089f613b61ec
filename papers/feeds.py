"""Feeds of papers: the newest papers of all topics, and those of one topic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from papers.models import Paper, PaperTopic, Topic
from papers.queries import topics_by_weight
from papers.text.tex import unicode_math
from web.atom import AtomFeed, Entry, Link, Term, absolute, tag

MAX_ENTRIES: Final = 100  # about the papers of a day: an hourly feed reader misses none
_MAX_AUTHORS: Final = 50  # some papers have thousands


class PapersFeed(AtomFeed):
    """The papers with the newest listing. Two queries."""

    title = "Trending Papers"
    subtitle = "Research papers as lists show them, the newest first."

    def link(self) -> str:
        return absolute(reverse("papers:front"))

    def feed_url(self) -> str:
        return absolute(reverse("papers:feed"))

    def feed_guid(self) -> str:
        return tag("feed", "papers")

    def items(self) -> Iterator[Entry]:
        return map(paper_entry, _newest(Paper.listed.all()))


class TopicFeed(AtomFeed):
    """The papers of a topic with the newest listing. Three queries."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Topic:
        return Topic.objects.get(slug=kwargs["slug"], is_active=True)

    def title(self, topic: Topic) -> str:
        return f"{topic.name} · Trending Papers"

    def subtitle(self, topic: Topic) -> str:
        return topic.description or f"Papers on {topic.name}, the newest first."

    def link(self, topic: Topic) -> str:
        return absolute(reverse("papers:topic", args=[topic.slug]))

    def feed_url(self, topic: Topic) -> str:
        return absolute(reverse("papers:topic_feed", args=[topic.slug]))

    def feed_guid(self, topic: Topic) -> str:
        return tag("feed", "topics", topic.slug)

    def items(self, topic: Topic) -> Iterator[Entry]:
        of_topic = PaperTopic.objects.filter(paper=OuterRef("pk"), topic=topic)
        return map(paper_entry, _newest(Paper.listed.filter(Exists(of_topic))))


def paper_entry(paper: Paper) -> Entry:
    """The entry of a paper. It changes only when the paper's own row changes.

    Signals are left out: they change each hour, and a feed reader would show the entry as new
    each time.
    """
    listed_at = datetime.combine(paper.listed_on, time.min, tzinfo=UTC)
    summary = unicode_math(paper.summary) or "There is no abstract yet."
    return Entry(
        id=tag("paper", paper.pk),
        url=absolute(paper.get_absolute_url()),
        title=unicode_math(paper.title),
        published=listed_at,
        updated=max(paper.updated_at, listed_at),
        authors=[str(name) for name in paper.authors[:_MAX_AUTHORS]],
        summary=f"Sample data. {summary}" if paper.is_sample else summary,
        terms=list(_terms(paper)),
        links=list(_links(paper)),
    )


def _terms(paper: Paper) -> Iterator[Term]:
    for link in paper.topic_links.all():
        yield Term(link.topic.slug, tag("topics"), link.topic.name)
    for category in paper.categories:
        yield Term(category, "http://arxiv.org/schemas/atom", category)
    if paper.is_sample:
        yield Term("sample", tag("notes"), "sample data")


def _links(paper: Paper) -> Iterator[Link]:
    if paper.arxiv_url:
        yield Link(paper.arxiv_url, "related", "arXiv")
    if paper.code_url:
        yield Link(paper.code_url, "related", "code")


def _newest(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """Those with the newest listing; the index paper_listed_on has them in this order."""
    newest = papers.order_by("-listed_on", "id")
    return newest.defer("search").prefetch_related(topics_by_weight())[:MAX_ENTRIES]
