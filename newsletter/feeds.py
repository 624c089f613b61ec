"""Feeds of what is sent: the editions of each cadence, and each subscriber's own digests.

A subscriber's feed is as private as their mail. Its URL holds a token of its own, which opens
nothing else and is invalid once they unsubscribe. The content of the feed holds no token: many feed
readers are servers of other organisations.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from newsletter.editions.windows import WINDOW_OF, days_in_words, page_of
from newsletter.models import Candidate, Delivery, Edition, EditionQuerySet
from papers.lead import stored_lead
from papers.windows import closes_at
from papers.wording import author_line
from subscribers import tokens
from subscribers.models import Subscriber
from subscribers.pages.signed_pages import invalid_link
from web.atom import AtomFeed, Entry, Term, absolute, tag
from web.isolation import is_about_one_row, log_once
from web.page_cache.addresses import PublicPage

log = logging.getLogger(__name__)
NEWEST: Final = 20
SHOWN: Final = 10  # papers of an edition, as many as a digest has
_NAMES: Final = {"daily": "The day", "weekly": "The week", "monthly": "The month"}


class EditionsFeed(AtomFeed):
    """The last editions of a cadence that hold papers, each with its first ones. Two queries."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        if kwargs["cadence"] not in WINDOW_OF:
            raise Http404(f"Editions are {', '.join(WINDOW_OF)}.")
        return str(kwargs["cadence"])

    def title(self, cadence: str) -> str:
        return f"{_NAMES[cadence]} · Trending Papers"

    def subtitle(self, cadence: str) -> str:
        return f"The {cadence} edition: what trended most, as it stood when it closed."

    def link(self, cadence: str) -> str:
        return absolute(reverse("newsletter:edition_cadence", args=[cadence]))

    def feed_url(self, cadence: str) -> str:
        return absolute(reverse("newsletter:edition_feed", args=[cadence]))

    def feed_guid(self, cadence: str) -> str:
        return tag("feed", "editions", cadence)

    def items(self, cadence: str) -> Iterator[Entry]:
        # A feed is read again and again: a paper that was withdrawn since is in it no longer.
        living = Candidate.objects.filter(paper__is_withdrawn=False)
        first = living.filter(position__lte=SHOWN).order_by("position")
        candidates = first.only("edition", "position", "facts", "note")
        has_papers = Exists(living.filter(edition=OuterRef("pk")))
        editions = _published().filter(has_papers, cadence=cadence).order_by("-day")
        for edition in editions.prefetch_related(Prefetch("candidates", candidates))[:NEWEST]:
            papers = [{**one.facts, "note": one.note} for one in edition.candidates.all()]
            yield _entry(
                edition,
                ("edition", cadence, edition.day),
                title=days_in_words(edition),
                updated=edition.composed_at or closes_at(edition.day),
                content=_content(papers, note=edition.note),
                is_sample=edition.is_sample,
            )


class OwnFeed(AtomFeed):
    """One subscriber's digests, as they were sent, without papers that were withdrawn since.

    Four queries, one of them for the subscriber.
    """

    title = "Your digest · Trending Papers"
    subtitle = "What we sent you, and why."
    has_self: ClassVar[bool] = False  # it would hold the token
    public_page: ClassVar[PublicPage | None] = None  # one reader's own

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = super().__call__(request, *args, **kwargs)
        except Http404:
            response = invalid_link(request, "feed")
        response["X-Robots-Tag"] = "noindex"
        return response

    def cache_control(self) -> dict[str, Any]:
        return {"private": True, "no_cache": True}

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Subscriber:
        try:
            subscriber, _ = tokens.read_mangled("feed", kwargs.get("token", ""))
        except tokens.BadToken:
            raise Http404("This feed is not here, or no longer.") from None
        if subscriber.state != Subscriber.State.ACTIVE:
            raise Http404("This feed is not here, or no longer.")
        return subscriber

    def link(self, subscriber: Subscriber) -> str:
        return absolute(reverse("papers:front"))

    def feed_url(self, subscriber: Subscriber) -> str:
        return absolute("/")

    def feed_guid(self, subscriber: Subscriber) -> str:
        return tag("feed", "reader", subscriber.pk)

    def items(self, subscriber: Subscriber) -> Iterator[Entry]:
        sent = Delivery.objects.filter(subscriber=subscriber, state=Delivery.State.SENT)
        # Newest first by edition: PostgreSQL reads partition by partition until it has enough.
        newest = sent.select_related("content").order_by("-edition_id")
        editions = Prefetch("edition", Edition.objects.light())
        deliveries = list(newest.prefetch_related(editions)[:NEWEST])
        facts = _facts_of(deliveries)
        for delivery in deliveries:
            picks = [
                {**facts[key], "why": pick.reason}
                for pick in delivery.picks
                if (key := (delivery.edition_id, pick.position)) in facts
            ]
            yield _entry(
                delivery.edition,
                ("digest", delivery.pk),
                title=f"Your digest: {days_in_words(delivery.edition)}",
                updated=delivery.sent_at or delivery.created_at,
                content=_content(picks),
                is_sample=any(pick.get("is_sample") for pick in picks),
            )


def _published() -> EditionQuerySet:
    """Editions whose mails may be sent: a paused or cancelled edition is not in the feed either."""
    return Edition.objects.light().filter(
        state=Edition.State.FROZEN, cancelled_at=None, paused_at=None
    )


def _facts_of(deliveries: Iterable[Delivery]) -> dict[tuple[int, int], dict[str, Any]]:
    """The frozen facts of the picked papers, by edition and position; without withdrawn papers."""
    picked = {
        (delivery.edition_id, pick.position) for delivery in deliveries for pick in delivery.picks
    }
    rows = Candidate.objects.filter(
        edition__in={edition for edition, _ in picked},
        position__in={place for _, place in picked},
        paper__is_withdrawn=False,
    )
    values = rows.values_list("edition_id", "position", "facts")
    return {(edition, position): facts for edition, position, facts in values}


def _entry(
    edition: Edition,
    name: Sequence[object],
    *,
    title: str,
    updated: datetime,
    content: str,
    is_sample: bool,
) -> Entry:
    return Entry(
        id=tag(*name),
        url=absolute(page_of(edition)),
        title=title,
        published=closes_at(edition.day),
        updated=max(updated, closes_at(edition.day)),
        content=content,
        terms=[Term("sample", tag("notes"), "sample data")] if is_sample else [],
    )


def _content(papers: Sequence[Mapping[str, Any]], note: str = "") -> str:
    """The papers as HTML that every feed reader can show; links lead to our pages."""
    shown = [row for facts in papers if (row := _row(facts))]
    return render_to_string("feeds/papers.html", {"papers": shown, "note": note}).strip()


def _row(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """A paper as the template shows it; None when its facts are not those of a paper."""
    try:
        return {
            **facts,
            "url": absolute(facts["page_url"]),
            "byline": author_line(facts["authors"]),
            "opening": stored_lead(facts.get("lead"), facts["title"], facts["summary"]).line,
        }
    except Exception as error:  # any: a paper must not cost the feed
        if not is_about_one_row(error):
            raise
        log_once(log, "the feed", f"the paper {facts.get('page_url')}", error)
        return None
