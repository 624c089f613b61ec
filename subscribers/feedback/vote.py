"""A reader's vote on a paper: more like this, less like this, or an upvote."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from papers.catalogue.hold import hold_paper
from papers.models import Paper
from subscribers.feedback.profile import refresh_profile
from subscribers.models import Feedback, Subscriber

MOST: Final = 2_000  # votes that are kept of a reader; only the newest count in their profile


@transaction.atomic
def vote(subscriber: Subscriber, paper: Paper, kind: Feedback.Kind | None, now: datetime) -> None:
    """Store the reader's one vote on a paper; another kind replaces it, None takes it back.

    Repeating is safe, and keeps the time of the first. Of more than MOST votes the oldest go.

    Raises:
        ValueError: `kind` is no vote.
        Subscriber.DoesNotExist: they were erased at this moment.
        Paper.DoesNotExist: it was deleted at this moment.
    """
    if kind is not None and kind not in Feedback.VOTES:
        raise ValueError(kind)
    subscriber.lock()
    if kind is not None:
        hold_paper(paper)
    votes = _votes(subscriber)
    if kind is None:
        votes.filter(paper=paper).delete()
    elif not votes.filter(paper=paper, kind=kind).exists():
        told = {"kind": kind, "at": now}
        # Not update_or_create: its lock and its savepoint add two statements to what is locked.
        if not votes.filter(paper=paper).update(**told):
            Feedback.objects.create(subscriber=subscriber, paper=paper, **told)
            _delete_oldest(votes)
    refresh_profile(subscriber)


def vote_of(subscriber: Subscriber, paper: Paper) -> Feedback.Kind | None:
    """The reader's vote on a paper."""
    found = _votes(subscriber).filter(paper=paper).values_list("kind", flat=True).first()
    return Feedback.Kind(found) if found else None


def _votes(subscriber: Subscriber) -> QuerySet[Feedback]:
    return subscriber.feedback.filter(kind__in=Feedback.VOTES)


def _delete_oldest(votes: QuerySet[Feedback]) -> None:
    old = votes.order_by("-at", "-id").values_list("pk", flat=True)[MOST:]
    Feedback.objects.filter(pk__in=list(old)).delete()
