"""Forget what was learned about a reader, and keep the list of what they saved."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from subscribers.feedback.profile import refresh_profile
from subscribers.models import Feedback, ReaderProfile, Subscriber


@transaction.atomic
def forget(subscriber: Subscriber, now: datetime) -> None:
    """Delete the reader's seeds, votes, and topics and words to ignore. Repeating is safe.

    Saved papers stay in their list; those from before `now` say nothing of the reader any more.
    How popular or personal their digests are is a choice of theirs, and stays.

    Raises:
        Subscriber.DoesNotExist: they were erased at this moment.
    """
    subscriber.lock()
    subscriber.seed_requests.all().delete()
    subscriber.feedback.exclude(kind=Feedback.Kind.SAVE).delete()
    learned = {"ignored_topics": [], "ignored_words": [], "forgotten_at": now}
    ReaderProfile.objects.update_or_create(subscriber=subscriber, defaults=learned)
    refresh_profile(subscriber)
