"""How fast an edition has been sent of late: what each tick of beat notes down in the cache.

The counters know how much, not how fast. And an average since the first mail would say nothing
about the next: an edition goes out over a whole day, as the hours of its readers come.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db.models import Q, Sum
from redis import RedisError

from newsletter.delivery.progress import Progress, progress_of
from newsletter.models import Edition, Tally

log = logging.getLogger(__name__)

Note = tuple[datetime, int]  # when, and how many mails had been sent by then
LATELY: Final = timedelta(minutes=10)
_APART: Final = timedelta(seconds=10)  # notes closer to each other tell nothing new
_SOON: Final = timedelta(seconds=3)  # a rate over less would be noise
_NEWEST: Final = 20  # editions, of which any may still be under way
_WAITING: Final = ("queued", "sending", "deferred")


def note_speed(now: datetime) -> None:
    """Note how far every edition is that is being sent. Without Redis nobody misses it."""
    try:
        for edition_id, sent in _under_way():
            key = _key(edition_id)
            notes = _recent(cache.get(key, []), now)
            if not notes or now - notes[-1][0] >= _APART:
                cache.set(key, [*notes, (now, sent)], LATELY.total_seconds())
    except RedisError as error:
        log.warning("the speed of sending was not noted: %s", type(error).__name__)


def progress_now(edition_id: int, now: datetime) -> Progress:
    """An edition's progress, with its rate of late."""
    progress = progress_of(edition_id)
    try:
        notes = _recent(cache.get(_key(edition_id), []), now)
    except RedisError:
        notes = []
    return replace(progress, rate=rate(notes, progress.sent, now))


def rate(notes: list[Note], sent: int, now: datetime) -> float:
    """Mails a second since the oldest note; 0 without one that is old enough. Pure."""
    if not notes or now - notes[0][0] < _SOON:
        return 0.0
    at, before = notes[0]
    return max(sent - before, 0) / (now - at).total_seconds()


def _recent(notes: list[Note], now: datetime) -> list[Note]:
    return [note for note in notes if now - LATELY < note[0] <= now]


def _under_way() -> Iterator[tuple[int, int]]:
    """Editions of which mails wait, each with the number of mails sent."""
    newest = Edition.objects.order_by("-pk").values("pk")[:_NEWEST]
    counts = Tally.objects.filter(edition__in=newest).order_by().values_list("edition")
    waiting, sent = (
        Sum("count", filter=Q(state__in=states), default=0) for states in (_WAITING, ("sent",))
    )
    for edition_id, waits, left in counts.annotate(waits=waiting, left=sent):
        if waits:
            yield edition_id, left


def _key(edition_id: int) -> str:
    return f"speed:{edition_id}"
