"""Changing what a reader gets, down to nothing at all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from papers.models import Topic
from subscribers import consent, wishes
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber
from subscribers.schedule import next_slot_after_change
from subscribers.wishes import Preferences


@transaction.atomic
def change(
    subscriber: Subscriber, wanted: Preferences, origin: RequestOrigin, now: datetime
) -> bool:
    """Store what the reader wants from now on; False when they want nothing new.

    The next digest moves only when the timetable did. `subscriber` is brought up to date.
    """
    lock(subscriber)
    before = wishes.of_reader(subscriber)
    changed = before.differences(wanted)
    if not changed:
        return False
    store(subscriber, wanted)
    is_active = subscriber.state == Subscriber.State.ACTIVE
    if is_active and before.timetable != wanted.timetable:
        subscriber.next_send_at = next_slot_after_change(
            **wanted.timetable, now=now, last_digest_at=subscriber.last_digest_at
        )
    subscriber.save()
    consent.record(
        ConsentEntry.Step.CHANGED,
        email=subscriber.email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail=changed,
    )
    return True


@transaction.atomic
def unsubscribe(
    subscriber: Subscriber, *, step: ConsentEntry.Step, origin: RequestOrigin, now: datetime
) -> bool:
    """Send this reader nothing more; False when they had left already. Repeating is harmless.

    `step` says how they left: UNSUBSCRIBED on a page, ONE_CLICK from their mail program.
    A suppressed reader stays suppressed, which is the stronger of the two, and one who has
    been erased a moment ago has left indeed.
    """
    try:
        lock(subscriber)
    except Subscriber.DoesNotExist:
        return False
    if subscriber.state not in (Subscriber.State.ACTIVE, Subscriber.State.PENDING):
        return False
    subscriber.state = Subscriber.State.UNSUBSCRIBED
    subscriber.next_send_at, subscriber.unsubscribed_at = None, now
    subscriber.save()
    consent.record(step, email=subscriber.email, subscriber=subscriber, origin=origin, now=now)
    return True


def lock(subscriber: Subscriber) -> None:
    """Hold the reader's row to the end of the transaction, and read it afresh.

    Raises:
        Subscriber.DoesNotExist: the reader has been erased meanwhile.
    """
    subscriber.refresh_from_db(from_queryset=Subscriber.objects.select_for_update())


def store(subscriber: Subscriber, wanted: Preferences) -> None:
    """Set the columns (the caller saves) and replace the interests that differ.

    Interests in topics that an operator has switched off stay: the form did not show them.
    """
    for name, value in wanted.scalars.items():
        setattr(subscriber, name, value)
    followed = Topic.objects.filter(is_active=True, slug__in=wanted.topics)
    dropped = subscriber.interests.filter(topic__is_active=True).exclude(topic__in=followed)
    dropped.delete()
    rows = [Interest(subscriber=subscriber, topic=topic) for topic in followed]
    for kind, terms in wanted.terms.items():
        subscriber.interests.filter(kind=kind).exclude(term__in=terms).delete()
        rows += [Interest(subscriber=subscriber, kind=kind, term=term) for term in terms]
    Interest.objects.bulk_create(rows, ignore_conflicts=True)
