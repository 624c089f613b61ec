"""How far the sending is: counters that cost the same for ten rows and for ten million."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Max, Min, Sum
from django.utils import timezone

from newsletter.models import Delivery, Tally
from subscribers.models import Subscriber

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Progress:
    """The deliveries of an edition by state; `reasons` tells of the skipped and the failed."""

    queued: int = 0
    sending: int = 0
    sent: int = 0
    deferred: int = 0
    failed: int = 0
    uncertain: int = 0
    skipped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    began_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def total(self) -> int:
        return self.left + self.done

    @property
    def left(self) -> int:
        return self.queued + self.sending + self.deferred

    @property
    def done(self) -> int:
        return self.sent + self.failed + self.uncertain + self.skipped

    @property
    def rate(self) -> float:
        """Mails a second from the first to the last change; 0 before anything was sent."""
        if not self.sent or self.began_at is None or self.changed_at is None:
            return 0.0
        return self.sent / max((self.changed_at - self.began_at).total_seconds(), 1.0)

    @property
    def time_left(self) -> timedelta | None:
        """At the rate so far; None while there is none."""
        return timedelta(seconds=round(self.left / self.rate)) if self.rate else None


def progress_of(edition_id: int) -> Progress:
    """An edition's counters, in one query over at most a few hundred rows."""
    rows = (
        Tally.objects.filter(edition=edition_id)
        .order_by()
        .values_list("state", "reason")
        .annotate(Sum("count"), Min("changed_at"), Max("changed_at"))
    )
    counts: dict[str, int] = {}
    reasons: dict[str, int] = {}
    moments: list[datetime] = []
    for state, reason, count, first, last in rows:
        counts[state] = counts.get(state, 0) + count
        moments += [first, last]
        if reason and count:
            reasons[reason] = count
    began, changed = (min(moments), max(moments)) if moments else (None, None)
    return Progress(**counts, reasons=reasons, began_at=began, changed_at=changed)


def busy() -> bool:
    """Whether anybody is due or any mail is waiting to leave right now."""
    due = Subscriber.objects.filter(state=Subscriber.State.ACTIVE, next_send_at__lte=timezone.now())
    # One by one: each state has an index of its own.
    waiting = (Delivery.objects.filter(state=state) for state in (State.QUEUED, State.SENDING))
    return due.exists() or any(rows.exists() for rows in waiting)
