"""The papers that a reader saved. Each of them is also one that they like."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from django.db import transaction
from django.db.models import QuerySet

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

    The row is locked: of many requests at once each would count fewer papers than there will be.

    Raises:
        Subscriber.DoesNotExist: they were erased at this moment.
        Paper.DoesNotExist: it was deleted at this moment.
    """
    subscriber.lock()
    hold_paper(paper)
    saved = subscriber.feedback.filter(kind=Feedback.Kind.SAVE)
    if saved.filter(paper=paper).exists():
        return "saved before"
    if saved.count() >= MOST:
        return "too many"
    Feedback.objects.create(subscriber=subscriber, paper=paper, kind=Feedback.Kind.SAVE, at=now)
    refresh_profile(subscriber)
    return "saved"


@transaction.atomic
def unsave_paper(subscriber: Subscriber, paper_id: int) -> bool:
    """Take a paper off the list; False when it was not on it."""
    subscriber.lock()
    found = subscriber.feedback.filter(kind=Feedback.Kind.SAVE, paper=paper_id)
    count, _ = found.delete()
    refresh_profile(subscriber)
    return bool(count)
