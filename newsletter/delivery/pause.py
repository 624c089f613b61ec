"""Pause, resume and cancel an edition: by hand, or automatically when too much of it fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from mail.outcome import Outcome
from mail.relay import in_words
from mail.without_address import without_address
from newsletter.delivery.progress import Progress, progress_of
from newsletter.failures import CANCELLED
from newsletter.models import Delivery, Edition

log = logging.getLogger(__name__)

_ENOUGH: Final = 200  # messages; the share of fewer is chance
_FEW_COMPLAINTS: Final = 3  # fewer are chance, however high their share
_CHUNK: Final = 10_000


def pause(edition_id: int, reason: str, now: datetime) -> bool:
    """Send nothing more of this edition until it is resumed; False when it is paused already.

    A burst that is being sent ends (BURST_SIZE messages a process at most); none follows it.
    """
    waiting = Edition.objects.filter(pk=edition_id, paused_at=None, cancelled_at=None)
    paused = waiting.update(paused_at=now, pause_reason=reason[:300])
    if paused:
        log.error("edition %s is paused: %s", edition_id, reason)
    return bool(paused)


def resume(edition_id: int, now: datetime) -> bool:
    """Send the edition again, at once also what the fault that paused it has deferred.

    False, and nothing changes, when the edition is cancelled: that is for good.
    """
    with transaction.atomic():
        edition = Edition.objects.filter(pk=edition_id, cancelled_at=None)
        if not edition.update(paused_at=None, pause_reason=""):
            return False
        unfinished = Delivery.objects.filter(edition=edition_id, state=Delivery.State.DEFERRED)
        unfinished.filter(attempts__lte=1).update(next_attempt_at=now)
    return True


def cancel(edition_id: int, now: datetime) -> int:
    """Send nothing more of this edition, ever; returns how many waiting deliveries ended."""
    Edition.objects.filter(pk=edition_id, cancelled_at=None).update(cancelled_at=now)
    ended = 0
    while chunk := _end_waiting(edition_id):
        ended += chunk
    return ended


def end_cancelled(now: datetime) -> int:
    """End deliveries that wait although their edition is cancelled; returns how many.

    A subscriber became due for it afterwards, or the message was being sent when it was cancelled
    and the server deferred it. No worker claims such a row.
    """
    waiting = Delivery.objects.filter(edition=OuterRef("pk"), state__in=["queued", "deferred"])
    cancelled = Edition.objects.filter(Exists(waiting), cancelled_at__isnull=False)
    return sum(cancel(edition_id, now) for edition_id in cancelled.values_list("pk", flat=True))


def _end_waiting(edition_id: int) -> int:
    waiting = Delivery.objects.filter(edition=edition_id, state__in=["queued", "deferred"])
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:_CHUNK])
    if not ids:
        return 0
    # By range: with a list of ten thousand ids, PostgreSQL would read all unfinished rows of the
    # edition each time.
    return waiting.filter(pk__range=(ids[0], ids[-1])).update(
        state=Delivery.State.SKIPPED, reason=CANCELLED, fence=None
    )


def pause_on_failures(edition_id: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Pause on a wrong setting, or when too many messages are refused for good."""
    misconfigured = next((one for one in outcomes if one.state == "misconfigured"), None)
    if misconfigured:
        words = without_address(in_words(misconfigured), ours=settings.MAIL_DOMAIN)
        pause(edition_id, words, now)
    elif any(outcome.state == "refused" and not outcome.is_ours for outcome in outcomes):
        reason = pause_reason(progress_of(edition_id))
        if reason:
            pause(edition_id, reason, now)


def pause_on_complaints(edition_id: int, now: datetime) -> None:
    """Pause an edition with too many complaints or failures, unless all of it has been sent."""
    progress = progress_of(edition_id)
    reason = pause_reason(progress)
    if reason and (progress.left or _is_newest(edition_id)):
        pause(edition_id, reason, now)


def _is_newest(edition_id: int) -> bool:
    """Whether subscribers may still become due for it, though no delivery waits now."""
    edition = Edition.objects.only("cadence", "day").get(pk=edition_id)
    frozen = Edition.objects.filter(cadence=edition.cadence, state=Edition.State.FROZEN)
    return not frozen.filter(day__gt=edition.day).exists()


def pause_reason(progress: Progress) -> str:
    """Why an edition must be paused; empty when it need not be. Pure."""
    tried = progress.sent + progress.failed
    if tried < _ENOUGH:
        return ""
    failed, complaints = progress.failed / tried, progress.complaints / tried
    if failed > settings.PAUSE_AT_FAILED_SHARE:
        share = f"{failed:.1%} of {tried} mails were refused for good"
        return f"{share}: are these addresses those of your subscribers?"
    if progress.complaints >= _FEW_COMPLAINTS and complaints > settings.PAUSE_AT_COMPLAINT_SHARE:
        share = f"{complaints:.2%} of {tried} mails were reported as spam"
        return f"{share}: did these subscribers sign up for it?"
    return ""
