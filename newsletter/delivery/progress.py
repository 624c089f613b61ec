"""How much of an edition is sent, and how fast.

How much: counters that a trigger keeps, which cost the same for ten rows and for ten million. How
fast: each tick stores the counter of sent messages in the cache. An average since the first message
would be wrong for the next one: an edition is sent over a whole day, at the hours that its
subscribers chose.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db.models import Q, Sum
from django.utils import timezone
from redis import RedisError

from newsletter.models import Delivery, Edition, Tally
from subscribers.models import Subscriber

log = logging.getLogger(__name__)
State = Delivery.State

Note = tuple[datetime, int]  # when, and how many messages had been sent by then
RATE_SPAN: Final = timedelta(minutes=10)  # a rate is of so much time at most
_BETWEEN_NOTES: Final = timedelta(seconds=10)  # more notes would make no better rate
_SHORTEST: Final = timedelta(seconds=3)  # a rate over less time would be noise
_NEWEST: Final = 20  # editions; older ones are no longer being sent
_WAITING: Final = ("queued", "sending", "deferred")


@dataclass(frozen=True, slots=True)
class Progress:
    """The deliveries of an edition by state; `reasons` counts the skipped and failed by reason."""

    queued: int = 0
    sending: int = 0
    sent: int = 0
    deferred: int = 0
    failed: int = 0
    uncertain: int = 0
    skipped: int = 0
    complaints: int = 0  # sent, and reported as spam
    reasons: Mapping[str, int] = field(default_factory=dict)
    rate: float = 0.0  # messages a second in the last minutes; 0 also before it is known

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
        """The share of deliveries that are done, 0 to 1."""
        return self.done / self.total if self.total else 1.0

    @property
    def time_left(self) -> timedelta | None:
        """At that rate; None while it is 0."""
        return timedelta(seconds=round(self.left / self.rate)) if self.rate else None

    @property
    def rate_and_time_left(self) -> str:
        """Rate and time left in words; empty when there is no rate, or nothing is left."""
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
    """How many deliveries these editions have, by state, from the counters."""
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
    """Whether any subscriber is due or any delivery waits to be sent right now."""
    due = Subscriber.objects.filter(state=Subscriber.State.ACTIVE, next_send_at__lte=timezone.now())
    # One query a state: each has an index of its own.
    waiting = (Delivery.objects.filter(state=state) for state in (State.QUEUED, State.SENDING))
    return due.exists() or any(rows.exists() for rows in waiting)


# ── the send rate ────────────────────────────────────────────────────────────


def note_send_rate(now: datetime) -> None:
    """Store how many messages of each unfinished edition are sent. Without Redis: no rate."""
    try:
        for edition_id, sent in _unfinished():
            key = _key(edition_id)
            notes = _recent(cache.get(key, []), now)
            if not notes or now - notes[-1][0] >= _BETWEEN_NOTES:
                cache.set(key, [*notes, (now, sent)], RATE_SPAN.total_seconds())
    except RedisError as error:
        log.warning("the send rate was not stored: %s", type(error).__name__)


def progress_now(edition_id: int, now: datetime) -> Progress:
    """An edition's progress, with its rate in the last minutes."""
    progress = progress_of(edition_id)
    try:
        notes = _recent(cache.get(_key(edition_id), []), now)
    except RedisError:
        notes = []
    return replace(progress, rate=send_rate(notes, progress.sent, now))


def send_rate(notes: list[Note], sent: int, now: datetime) -> float:
    """Messages a second since the oldest note; 0 without one that is old enough. Pure."""
    if not notes or now - notes[0][0] < _SHORTEST:
        return 0.0
    at, before = notes[0]
    return max(sent - before, 0) / (now - at).total_seconds()


def _recent(notes: list[Note], now: datetime) -> list[Note]:
    return [note for note in notes if now - RATE_SPAN < note[0] <= now]


def _unfinished() -> Iterator[tuple[int, int]]:
    """The editions with waiting deliveries, each with its number of sent messages."""
    newest = Edition.objects.order_by("-pk").values("pk")[:_NEWEST]
    counts = Tally.objects.filter(edition__in=newest).order_by().values_list("edition")
    waiting, sent = (
        Sum("count", filter=Q(state__in=states), default=0) for states in (_WAITING, ("sent",))
    )
    for edition_id, waits, done in counts.annotate(waits=waiting, done=sent):
        if waits:
            yield edition_id, done


def _key(edition_id: int) -> str:
    return f"send-rate:{edition_id}"
