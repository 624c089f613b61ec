"""Seeds: papers that a reader named as ones that they like."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from papers.catalogue.hold import hold_papers
from papers.models import Paper
from subscribers.feedback.profile import refresh_profile
from subscribers.models import Feedback, Subscriber

MOST: Final = 1_000  # seeds of a reader; the newest twenty liked papers count


@transaction.atomic
def add_seeds(subscriber: Subscriber, papers: Iterable[Paper], now: datetime) -> int:
    """Add papers that a reader named, in their order; returns how many were not seeds before.

    Repeating is safe. What is beyond MOST is left out, and what was deleted since it was read.

    Raises:
        Subscriber.DoesNotExist: they were erased at this moment.
    """
    subscriber.lock()
    seeds = subscriber.feedback.filter(kind=Feedback.Kind.SEED)
    known = set(seeds.values_list("paper_id", flat=True))
    named = dict.fromkeys(paper.pk for paper in papers)
    here = hold_papers(named.keys() - known)
    new = [number for number in named if number in here][: max(0, MOST - len(known))]
    Feedback.objects.bulk_create(
        Feedback(subscriber=subscriber, paper_id=number, kind=Feedback.Kind.SEED, at=now)
        for number in new
    )
    refresh_profile(subscriber)
    return len(new)


@transaction.atomic
def remove_seed(subscriber: Subscriber, paper_id: int) -> bool:
    """Take back that they named a paper; False when they had not."""
    subscriber.lock()
    found = subscriber.feedback.filter(kind=Feedback.Kind.SEED, paper=paper_id)
    count, _ = found.delete()
    refresh_profile(subscriber)
    return bool(count)
