"""Hold an edition back, let it go on, or end it: by hand, or by itself when it must not go on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from mail.outcome import Outcome
from newsletter.delivery.progress import Progress, progress_of
from newsletter.models import Delivery, Edition

log = logging.getLogger(__name__)

_ENOUGH: Final = 200  # mails, before a share of them says anything
_FEW_COMPLAINTS: Final = 3  # fewer are chance, whatever their share
_CHUNK: Final = 10_000


def pause(edition_id: int, reason: str, now: datetime) -> bool:
    """Let nothing of this edition leave from now on; False when it is paused already.

    A burst that is on its way ends (at most 50 mails a worker); nothing follows it.
    """
    waiting = Edition.objects.filter(pk=edition_id, paused_at=None, cancelled_at=None)
    paused = waiting.update(paused_at=now, pause_reason=reason[:300])
    if paused:
        log.error("edition %s is paused: %s", edition_id, reason)
    return bool(paused)


def resume(edition_id: int, now: datetime) -> None:
    """Let it go on, at once also with what was deferred by the fault that paused it."""
    with transaction.atomic():
        Edition.objects.filter(pk=edition_id).update(paused_at=None, pause_reason="")
        unfinished = Delivery.objects.filter(edition=edition_id, state=Delivery.State.DEFERRED)
        unfinished.filter(attempts__lte=1).update(next_attempt_at=now)


def cancel(edition_id: int, now: datetime) -> int:
    """Send nothing more of this edition, ever; how many waiting mails that ended."""
    Edition.objects.filter(pk=edition_id, cancelled_at=None).update(cancelled_at=now)
    ended = 0
    while chunk := _end_waiting(edition_id):
        ended += chunk
    return ended


def _end_waiting(edition_id: int) -> int:
    waiting = Delivery.objects.filter(edition=edition_id, state__in=["queued", "deferred"])
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:_CHUNK])
    if not ids:
        return 0
    # By range: ten thousand numbers would have the whole edition's unfinished rows read each time.
    return waiting.filter(pk__range=(ids[0], ids[-1])).update(
        state=Delivery.State.SKIPPED, reason="the edition was cancelled", fence=None
    )


def pause_on_failures(edition_id: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Pause on a fault of the settings, or when too many mails are refused for good."""
    wrong = next((outcome for outcome in outcomes if outcome.state == "misconfigured"), None)
    if wrong:
        pause(edition_id, f"mail cannot be sent with these settings: {wrong.error}", now)
    elif any(outcome.state == "refused" for outcome in outcomes):
        reason = pause_reason(progress_of(edition_id))
        if reason:
            pause(edition_id, reason, now)


def pause_on_complaints(edition_id: int, now: datetime) -> None:
    """Pause an edition of which too much came back, unless nothing of it is left to send."""
    progress = progress_of(edition_id)
    reason = pause_reason(progress)
    if reason and (progress.left or _is_newest(edition_id)):
        pause(edition_id, reason, now)


def _is_newest(edition_id: int) -> bool:
    """Whether readers may still become due for it: nothing waits, but more can come."""
    edition = Edition.objects.only("cadence", "day").get(pk=edition_id)
    frozen = Edition.objects.filter(cadence=edition.cadence, state=Edition.State.FROZEN)
    return not frozen.filter(day__gt=edition.day).exists()


def pause_reason(progress: Progress) -> str:
    """Why an edition should not go on, or nothing. Pure."""
    tried = progress.sent + progress.failed
    if tried < _ENOUGH:
        return ""
    failed, complaints = progress.failed / tried, progress.complaints / tried
    if failed > settings.PAUSE_AT_FAILED_SHARE:
        said = f"{failed:.1%} of {tried} mails were refused for good"
        return f"{said}: is this list what it should be?"
    if progress.complaints >= _FEW_COMPLAINTS and complaints > settings.PAUSE_AT_COMPLAINT_SHARE:
        said = f"{complaints:.2%} of {tried} mails were reported as spam"
        return f"{said}: did these readers ask for it?"
    return ""
