"""The digests that a reader got: from the ledger, then the older ones from the archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import override

from newsletter.editions.rendering.inbox_line import (
    LONG_SUBJECT,
    heading,
    room_for_title,
    subject,
    subject_pattern,
)
from newsletter.editions.rendering.wording import subject_of
from newsletter.editions.tokens import make_tokens
from newsletter.editions.windows import days_in_words
from newsletter.models import ArchivedDelivery, Delivery, DigestContent, Edition
from papers.models import Paper
from subscribers.models import Feedback, Subscriber

NEWEST: Final = 30
_GOT: Final = (Delivery.State.SENT, Delivery.State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class SentPaper:
    """A paper of a digest, with whether the reader saved it."""

    paper: Paper
    reason: str
    is_saved: bool


@dataclass(frozen=True, slots=True)
class SentDigest:
    """A digest as a list shows it. An archived one has no subject, papers and page any more.

    `language` is that of the subject and the reasons; empty without them.
    """

    sent_at: datetime | None
    days: str
    subject: str = ""
    language: str = ""
    url: str = ""
    feedback_url: str = ""
    papers: Sequence[SentPaper] = ()


def sent_digests(subscriber: Subscriber) -> list[SentDigest]:
    """The NEWEST last ones, the newest first. Five queries, whatever their number.

    Served by delivery_once, which begins with the subscriber.
    """
    editions = Prefetch("edition", Edition.objects.light())
    sent = Delivery.objects.filter(subscriber=subscriber, state__in=_GOT)
    newest = sent.select_related("content").order_by("-edition_id").prefetch_related(editions)
    deliveries = list(newest[:NEWEST])
    papers = _papers(deliveries)
    saved = set(
        subscriber.feedback.filter(kind=Feedback.Kind.SAVE, paper__in=papers).values_list(
            "paper_id", flat=True
        )
    )
    found = [_digest(one, subscriber, papers, saved) for one in deliveries]
    return found + _archived(subscriber, NEWEST - len(found))


def _papers(deliveries: Iterable[Delivery]) -> dict[int, Paper]:
    ids = {pick.paper_id for delivery in deliveries for pick in delivery.picks}
    rows = Paper.objects.filter(pk__in=ids).only("arxiv_id", "title", "is_withdrawn")
    return {paper.pk: paper for paper in rows}


def _digest(
    delivery: Delivery, subscriber: Subscriber, papers: dict[int, Paper], saved: set[int]
) -> SentDigest:
    """The subject has the titles of today: a later version of a paper may have another."""
    content = delivery.content_or_none
    shown = [
        SentPaper(paper, pick.reason, paper.pk in saved)
        for pick in delivery.picks
        if (paper := papers.get(pick.paper_id))
    ]
    titles, url, feedback_url = [one.paper.title for one in shown], "", ""
    if content:
        own = make_tokens(delivery.pk, subscriber.pk, subscriber.secret, content.dated_at)
        url = reverse("newsletter:browser", args=[own.read])
        feedback_url = reverse("newsletter:feedback", args=[own.feedback])
    return SentDigest(
        sent_at=delivery.sent_at or (content.dated_at if content else None),
        days=days_in_words(delivery.edition),
        language=content.language if content else "",
        subject=_subject(content, titles, delivery.edition) if content and titles else "",
        url=url,
        feedback_url=feedback_url,
        papers=shown,
    )


def _subject(content: DigestContent, titles: Sequence[str], edition: Edition) -> str:
    if content.renderer in LONG_SUBJECT:
        return subject_of(titles, content.language)
    pattern = subject_pattern()
    title = heading(titles[0], room_for_title(pattern))
    with override(content.language):
        days = days_in_words(edition)
    return subject(title, len(titles) - 1, days, content.language, pattern)


def _archived(subscriber: Subscriber, most: int) -> list[SentDigest]:
    if most <= 0:
        return []
    rows = ArchivedDelivery.objects.filter(subscriber=subscriber, state__in=_GOT)
    editions = Prefetch("edition", Edition.objects.light())
    newest = rows.order_by("-edition_id").prefetch_related(editions)[:most]
    return [SentDigest(one.sent_at, days_in_words(one.edition)) for one in newest]
