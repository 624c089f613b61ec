"""Pause the digests until a day, and end the pause.

A pause moves the time at which the next digest is due, and so costs dispatch nothing: it looks for
`next_send_at` as before, and the digests come back by themselves. Links, feed and choices stay.
A mail says until when, and how to go on sooner.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from subscribers import consent
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, TransactionalMail
from subscribers.preferences import next_send_at, preferences_of
from subscribers.single_mails.notices import drop_notices, queue_notice

LONGEST: Final = timedelta(days=366)  # who is away for longer had better subscribe again


class BadPause(ValueError):
    """The day is not one until which digests can be paused."""


def first_and_last_day(subscriber: Subscriber, now: datetime) -> tuple[date, date]:
    """The days until which a pause may last: from tomorrow on, where the reader lives."""
    today = now.astimezone(ZoneInfo(subscriber.zone)).date()
    return today + timedelta(days=1), today + LONGEST


@transaction.atomic
def pause(subscriber: Subscriber, until: date, origin: RequestOrigin, now: datetime) -> bool:
    """Send no digest before the day `until`; False where there are none to pause.

    A pause may be made longer or shorter by another one. A digest that is being sent at this moment
    still arrives. `subscriber` is brought up to date.

    Raises:
        BadPause: the day is past, or more than a year away.
    """
    subscriber.lock()
    first, last = first_and_last_day(subscriber, now)
    if not first <= until <= last:
        raise BadPause
    return _set(subscriber, until, ConsentEntry.Step.PAUSED, origin, now)


@transaction.atomic
def resume(subscriber: Subscriber, origin: RequestOrigin, now: datetime) -> bool:
    """End the pause now; False where there is none. The next digest is that of the next slot."""
    subscriber.lock()
    return _set(subscriber, None, ConsentEntry.Step.RESUMED, origin, now)


def _set(
    subscriber: Subscriber,
    until: date | None,
    step: ConsentEntry.Step,
    origin: RequestOrigin,
    now: datetime,
) -> bool:
    if subscriber.state != Subscriber.State.ACTIVE or subscriber.paused_until == until:
        return False
    subscriber.paused_until = until
    subscriber.next_send_at = next_send_at(subscriber, preferences_of(subscriber), now)
    subscriber.welcome_due_at = None  # a reader who pauses at once wants no digest now
    subscriber.save()
    consent.record(
        step,
        email=subscriber.email,
        subscriber=subscriber,
        origin=origin,
        now=now,
        detail={"until": until.isoformat()} if until else None,
    )
    if until:
        queue_notice(subscriber, TransactionalMail.Kind.PAUSED, now)
    else:
        drop_notices(subscriber)
    return True
