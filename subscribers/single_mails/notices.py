"""Notices: the mails about what a reader did, queued in the transaction of the act itself.

The newest act counts: while an earlier notice waits, a later act takes it back. So who unsubscribes
by mistake and undoes that at once reads nothing of it. What was being sent at that moment is looked
at again before it leaves (`is_true`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from subscribers.mail_limits import NOTICES, may_get_notice
from subscribers.models import Subscriber, TransactionalMail
from subscribers.suppress import is_suppressed

_Kind = TransactionalMail.Kind
_State = TransactionalMail.State
_DAY: Final = timedelta(days=1)
BOUNCES: Final = "bounces"  # of a pause that the service made: draft["because"]


def queue_notice(
    subscriber: Subscriber,
    kind: TransactionalMail.Kind,
    now: datetime,
    *,
    about: Mapping[str, Any] | None = None,
) -> bool:
    """Queue one notice instead of those that wait; False where the reader gets none.

    Sample readers get none, nor does an address that must get no mail, nor a mailbox that got three
    mails in a day. Call it in the transaction of the act, with the subscriber locked.
    """
    drop_notices(subscriber)
    if subscriber.is_sample or is_suppressed(subscriber):
        return False
    if not may_get_notice(subscriber.email, now - _DAY):
        return False
    TransactionalMail.objects.create(
        subscriber=subscriber, kind=kind, draft=dict(about or {}), next_attempt_at=now
    )
    return True


def drop_notices(subscriber: Subscriber) -> None:
    """Take back the notices that no worker has begun: another act made them untrue."""
    waiting = subscriber.mails.filter(kind__in=NOTICES, state__in=[_State.QUEUED, _State.DEFERRED])
    waiting.delete()


def is_true(mail: TransactionalMail, now: datetime) -> bool:
    """Whether a mail may still be sent: what a notice says must hold; other kinds always may."""
    state = mail.subscriber.state
    if mail.kind == _Kind.WELCOME:
        return state == Subscriber.State.ACTIVE
    if mail.kind == _Kind.GOODBYE or is_by_service(mail):
        return state == Subscriber.State.UNSUBSCRIBED
    if mail.kind == _Kind.PAUSED:
        return state == Subscriber.State.ACTIVE and mail.subscriber.is_paused(now)
    return True


def is_by_service(mail: TransactionalMail) -> bool:
    """Whether it is about a pause that the service made, and no reader."""
    return mail.kind == _Kind.PAUSED and mail.draft.get("because") == BOUNCES
