"""The papers that a reader saved. Each of them is also one that they like."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from django.db import transaction
from django.db.models import F, QuerySet

from papers.catalogue.hold import hold_paper
from papers.models import Paper
from subscribers.feedback.profile import refresh_profile
from subscribers.models import Feedback, Subscriber

MOST: Final = 1_000  # a list to return to; its .bib file is written in one answer
Saved = Literal["saved", "saved before", "too many"]


def saved_papers(subscriber: Subscriber) -> QuerySet[Feedback]:
    """What they saved, the last one first, with the papers; withdrawn ones too."""
    return subscriber.feedback.filter(kind=Feedback.Kind.SAVE).select_related("paper")


@transaction.atomic
def save_paper(subscriber: Subscriber, paper: Paper, now: datetime) -> Saved:
    """Add a paper to the list. Repeating is safe.

    A paper that was saved before the reader let us forget what we learned is "saved" anew: it
    counts again, and comes first in the list.

    The row is locked: of many requests at once each would count fewer papers than there will be.

    Raises:
        Subscriber.DoesNotExist: they were erased at this moment.
        Paper.DoesNotExist: it was deleted at this moment.
    """
    subscriber.lock()
    hold_paper(paper)
    saved = subscriber.feedback.filter(kind=Feedback.Kind.SAVE)
    if before := saved.filter(paper=paper).first():
        if not forgotten_saves(subscriber, [paper.pk]):
            return "saved before"
        before.at = now
        before.save(update_fields=["at"])
        refresh_profile(subscriber)
        return "saved"
    if saved.count() >= MOST:
        return "too many"
    Feedback.objects.create(subscriber=subscriber, paper=paper, kind=Feedback.Kind.SAVE, at=now)
    refresh_profile(subscriber)
    return "saved"


def forgotten_saves(subscriber: Subscriber, paper_ids: Iterable[int]) -> set[int]:
    """Those of these papers that are in the list, but were saved before the reader let us forget:
    they say nothing of their taste (`feedback/profile.py`)."""
    saved = subscriber.feedback.filter(kind=Feedback.Kind.SAVE, paper__in=list(paper_ids))
    forgotten = saved.filter(at__lte=F("subscriber__profile__forgotten_at")).order_by()
    return set(forgotten.values_list("paper_id", flat=True))


@transaction.atomic
def unsave_paper(subscriber: Subscriber, paper_id: int) -> bool:
    """Take a paper off the list; False when it was not on it."""
    subscriber.lock()
    found = subscriber.feedback.filter(kind=Feedback.Kind.SAVE, paper=paper_id)
    count, _ = found.delete()
    refresh_profile(subscriber)
    return bool(count)
