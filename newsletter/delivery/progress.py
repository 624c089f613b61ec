"""How far the sending is: counters that cost the same for ten rows and for ten million."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Sum
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
    complaints: int = 0  # of those sent: their readers reported them as spam
    reasons: Mapping[str, int] = field(default_factory=dict)
    rate: float = 0.0  # mails a second of late; 0: none, or not known yet

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
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self.done / self.total if self.total else 1.0

    @property
    def time_left(self) -> timedelta | None:
        """At the rate of late; None while there is none."""
        return timedelta(seconds=round(self.left / self.rate)) if self.rate else None

    @property
    def pace(self) -> str:
        """Rate and time left in words; empty when nothing moves, or nothing is left."""
        if not self.left or self.time_left is None:
            return ""
        rate = f"{self.rate:,.0f}" if self.rate >= 10 else f"{self.rate:.1f}"
        return f"{rate} a second, {self.time_left} left"


def progress_of(edition_id: int) -> Progress:
    """An edition's counters, in one query over at most a few hundred rows; without the rate."""
    rows = (
        Tally.objects.filter(edition=edition_id)
        .order_by()
        .values_list("state", "reason", "edition__complaints")
        .annotate(Sum("count"))
    )
    counts: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for state, reason, complaints, count in rows:
        counts[state] = counts.get(state, 0) + count
        counts["complaints"] = complaints or 0
        if reason and count:
            reasons[reason] = count
    return Progress(**counts, reasons=reasons)


def deliveries_of(editions: Sequence[int]) -> dict[int, Counter[str]]:
    """How many deliveries these editions have, by state: kept counters, whatever their number."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Tally.objects.filter(edition__in=editions).order_by()
    for edition, state, count in rows.values_list("edition", "state").annotate(Sum("count")):
        counts[edition][state] = count
    return counts


def deliveries_since(first: date) -> Counter[tuple[str, str]]:
    """How many deliveries the editions from this day on have, by state and reason. One query.

    Only states and reasons with a count above 0; the reason is empty where there is none.
    """
    rows = Tally.objects.filter(edition__day__gte=first).order_by().values_list("state", "reason")
    counted = rows.annotate(Sum("count")).filter(count__sum__gt=0)
    return Counter({(state, reason): count for state, reason, count in counted})


def busy() -> bool:
    """Whether anybody is due or any mail is waiting to leave right now."""
    due = Subscriber.objects.filter(state=Subscriber.State.ACTIVE, next_send_at__lte=timezone.now())
    # One by one: each state has an index of its own.
    waiting = (Delivery.objects.filter(state=state) for state in (State.QUEUED, State.SENDING))
    return due.exists() or any(rows.exists() for rows in waiting)
