"""The welcome mail: for who confirms when no welcome digest can come at once.

It says what was chosen, when the first digest comes, and how to change that. With a welcome digest
it would be a second mail within minutes that says less.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from subscribers.models import Subscriber, TransactionalMail
from subscribers.single_mails.notices import drop_notices, queue_notice

AGAIN: Final = timedelta(days=30)  # who leaves and returns sooner is not welcomed a second time
_is_composed: list[Callable[[], bool]] = []


def connect(is_composed: Callable[[], bool]) -> None:
    """Say how to ask whether there is an edition to send; the newsletter does, at its start."""
    _is_composed[:] = [is_composed]


def can_send_digest() -> bool:
    """Whether there is an edition, so that a digest can be sent at once."""
    return all(ask() for ask in _is_composed)


def queue_welcome(subscriber: Subscriber, now: datetime, *, is_due: bool) -> bool:
    """Queue the welcome mail where it `is_due` and none was queued lately; False without one."""
    if not is_due or _is_mailed_lately(subscriber, now):
        drop_notices(subscriber)  # a goodbye that waits is untrue
        return False
    return queue_notice(subscriber, TransactionalMail.Kind.WELCOME, now)


def _is_mailed_lately(subscriber: Subscriber, now: datetime) -> bool:
    mails = subscriber.mails.filter(kind=TransactionalMail.Kind.WELCOME)
    reached = mails.exclude(state=TransactionalMail.State.FAILED)
    return reached.filter(next_attempt_at__gt=now - AGAIN).exists()
