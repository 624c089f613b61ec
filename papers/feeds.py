"""Feeds of papers: the newest of all topics, of one topic, of one author, page by page."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from papers.author_urls import author_slug
from papers.lead import Lead, lead
from papers.models import NEWEST_FIRST, Paper, PaperTopic, Topic
from papers.pages.author import Author, find_author
from papers.pages.paging import NoSuchPage, page_number
from papers.queries import topics_by_weight
from papers.text.tex import unicode_math
from web.atom import AtomFeed, Entry, Link, Term, absolute, tag
from web.isolation import is_about_one_row, log_once

log = logging.getLogger(__name__)

MAX_ENTRIES: Final = 100  # of a page: about the papers of a day
_MAX_AUTHORS: Final = 50  # some papers have thousands


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page of a feed (RFC 5005): its number from 1, its papers, and whether another follows."""

    number: int
    papers: Sequence[Paper]
    has_next: bool
    topic: Topic | None = None
    author: Author | None = None


class PagedFeed(AtomFeed):
    """Papers with the newest listing, a page of 100 each; `path` is the address of the first."""

    def path(self, page: FeedPage) -> str:
        raise NotImplementedError

    def feed_url(self, page: FeedPage) -> str:
        return self._url(page, page.number)

    def items(self, page: FeedPage) -> Iterator[Entry]:
        return map(_entry_or_title, page.papers)

    def page_links(self, page: FeedPage) -> Sequence[Link]:
        links = []
        if page.number > 1:
            links.append(Link(self._url(page, page.number - 1), "previous", "later papers"))
        if page.has_next:
            links.append(Link(self._url(page, page.number + 1), "next", "earlier papers"))
        return links

    def _url(self, page: FeedPage, number: int) -> str:
        return absolute(self.path(page) + (f"?page={number}" if number > 1 else ""))


class PapersFeed(PagedFeed):
    """All papers. Two queries."""

    title = "Trending Papers"
    subtitle = "Research papers as lists show them, the newest first."

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FeedPage:
        return _feed_page(request, Paper.listed.all())

    def path(self, page: FeedPage) -> str:
        return reverse("papers:feed")

    def link(self) -> str:
        return absolute(reverse("papers:front"))

    def feed_guid(self) -> str:
        return tag("feed", "papers")


class TopicFeed(PagedFeed):
    """The papers of a topic. Three queries."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FeedPage:
        topic = Topic.objects.get(slug=kwargs["slug"], is_active=True)
        of_topic = PaperTopic.objects.filter(paper=OuterRef("pk"), topic=topic)
        return _feed_page(request, Paper.listed.filter(Exists(of_topic)), topic)

    def path(self, page: FeedPage) -> str:
        return reverse("papers:topic_feed", args=[_topic(page).slug])

    def title(self, page: FeedPage) -> str:
        return f"{_topic(page).name} · Trending Papers"

    def subtitle(self, page: FeedPage) -> str:
        topic = _topic(page)
        return topic.description or f"Papers on {topic.name}, the newest first."

    def link(self, page: FeedPage) -> str:
        return absolute(reverse("papers:topic", args=[_topic(page).slug]))

    def feed_guid(self, page: FeedPage) -> str:
        return tag("feed", "topics", _topic(page).slug)


class AuthorFeed(PagedFeed):
    """The papers of an author, under any form of the name. Three or four queries."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FeedPage:
        found = find_author(author_slug(kwargs["slug"]))
        if found is None:
            raise Http404("No paper here has an author of this name.")
        page = _feed_page(request, Paper.listed.filter(pk__in=found.paper_ids))
        return replace(page, author=found)

    def path(self, page: FeedPage) -> str:
        return _author(page).feed_url

    def title(self, page: FeedPage) -> str:
        return f"{_author(page).name} · Trending Papers"

    def subtitle(self, page: FeedPage) -> str:
        return f"Papers by {_author(page).name}, the newest first."

    def link(self, page: FeedPage) -> str:
        return absolute(_author(page).url)

    def feed_guid(self, page: FeedPage) -> str:
        return tag("feed", "authors", author_slug(_author(page).name))


def _entry_or_title(paper: Paper) -> Entry:
    """The entry of a paper; when it raises, the paper's title and link alone."""
    try:
        return paper_entry(paper)
    except Exception as error:  # any: a paper must not cost the feed
        if not is_about_one_row(error):
            raise
        log_once(log, "the feed", f"paper {paper.pk}", error)
    listed_at = datetime.combine(paper.listed_on, time.min, tzinfo=UTC)
    return Entry(
        id=tag("paper", paper.pk),
        url=absolute(paper.get_absolute_url()),
        title=paper.title,
        published=listed_at,
        updated=max(paper.updated_at, listed_at),
        summary="There is no abstract here.",
    )


def paper_entry(paper: Paper) -> Entry:
    """The entry of a paper: its lead as the summary, its abstract as the content.

    It changes only when the paper's own row changes.

    Signals are left out: they change each hour, and a feed reader would show the entry as new
    each time.
    """
    listed_at = datetime.combine(paper.listed_on, time.min, tzinfo=UTC)
    found = lead(paper)
    summary = found.line or "There is no abstract yet."
    return Entry(
        id=tag("paper", paper.pk),
        url=absolute(paper.get_absolute_url()),
        title=unicode_math(paper.title),
        published=listed_at,
        updated=max(paper.updated_at, listed_at),
        authors=[str(name) for name in paper.authors[:_MAX_AUTHORS]],
        summary=f"Sample data. {summary}" if paper.is_sample else summary,
        text=_more_than(found, unicode_math(paper.summary)),
        terms=list(_terms(paper)),
        links=list(_links(paper)),
    )


def _more_than(found: Lead, abstract: str) -> str:
    """The abstract; empty where the lead is all of it."""
    return "" if found.text == " ".join(abstract.split()) else abstract


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


def _topic(page: FeedPage) -> Topic:
    assert page.topic is not None  # noqa: S101 (get_object sets it)
    return page.topic


def _author(page: FeedPage) -> Author:
    assert page.author is not None  # noqa: S101 (get_object sets it)
    return page.author


def _feed_page(
    request: HttpRequest, papers: QuerySet[Paper], topic: Topic | None = None
) -> FeedPage:
    """The page of a request; the index paper_newest has the papers in this order.

    Raises:
        Http404: there is no such page.
    """
    try:
        number = page_number(request.GET.get("page", ""))
    except NoSuchPage as error:
        raise Http404(str(error)) from None
    start = (number - 1) * MAX_ENTRIES
    newest = papers.order_by(*NEWEST_FIRST).defer("search").prefetch_related(topics_by_weight())
    found = list(newest[start : start + MAX_ENTRIES + 1])
    if start and not found:
        raise Http404(f"This feed has fewer than {number} pages.")
    return FeedPage(number, found[:MAX_ENTRIES], len(found) > MAX_ENTRIES, topic)
