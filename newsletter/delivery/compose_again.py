"""Change an edition of which nothing was sent: compose it again, or give it other notes.

Its sources answered after it was frozen, or a curator has something to say of its papers.

The ledger decides. While the edition is composed it is not frozen, so no worker claims or marks any
of its deliveries; a worker that held some before has a lease, and then nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from newsletter.editions.annotate import write_notes
from newsletter.editions.compose import compose
from newsletter.models import ArchivedDelivery, Edition
from papers.windows import last_closed_day
from web.sql import execute, rows

# A delivery without an attempt has no content: it was queued, skipped, or deferred by a send rate.
# Served by the index of (subscriber, edition) no better than by a scan of the edition's partition;
# an operator waits for it, and an edition that was sent is refused by its first row.
_BLOCKED: Final = """
SELECT EXISTS (SELECT FROM newsletter_delivery WHERE edition_id = %(edition)s AND attempts > 0),
       EXISTS (SELECT FROM newsletter_delivery
                WHERE edition_id = %(edition)s AND lease_until > %(now)s)
"""
# Skipped subscribers are decided again: the edition may hold papers for them now. Without its fence
# a claim whose lease ran out cannot be marked any more: its picks are of the old papers.
_QUEUE_AGAIN: Final = """
UPDATE newsletter_delivery
   SET state = 'queued', reason = '', next_attempt_at = %(now)s, lease_until = NULL, fence = NULL
 WHERE edition_id = %(edition)s AND state IN ('queued', 'skipped', 'deferred') AND attempts = 0
"""


_LET_GO: Final = """
UPDATE newsletter_delivery SET lease_until = NULL, fence = NULL
 WHERE edition_id = %(edition)s AND state IN ('queued', 'deferred') AND fence IS NOT NULL
"""


class CannotComposeAgain(ValueError):
    """Why this edition stays as it is; the text says what an operator can do."""


def compose_again(edition_id: int, now: datetime) -> Edition:
    """Compose a frozen edition again with what is stored by now, and decide its deliveries again.

    Only the newest closed edition of its cadence: an older one is what subscribers got instead.

    Raises:
        CannotComposeAgain: it is older, cancelled or not frozen, or some of it was sent.
    """
    edition = Edition.objects.light().get(pk=edition_id)
    if edition.day < last_closed_day(now):
        raise CannotComposeAgain("A newer edition has closed; late papers go into that one.")
    _reopen(edition_id, now)
    with transaction.atomic():
        execute(_QUEUE_AGAIN, edition=edition_id, now=now)
        return compose(edition.cadence, edition.day, now)


def annotate(edition_id: int, note: str, notes: Mapping[int, str], now: datetime) -> None:
    """Give a frozen edition other notes of its curators; its papers stay.

    Args:
        notes: on its papers, by position.

    Raises:
        CannotComposeAgain: it is cancelled or not frozen, or some of it was sent.
    """
    _reopen(edition_id, now)
    with transaction.atomic():
        edition = Edition.objects.select_for_update().get(pk=edition_id)
        if edition.state == Edition.State.FROZEN:  # composed in between, with the notes of before
            raise CannotComposeAgain("It was composed again in this moment. Please look again.")
        write_notes(edition, note, notes)
        # What a process has loaded is of the old notes: it must not mark what it claimed with them.
        execute(_LET_GO, edition=edition_id)
        edition.state, edition.composed_at = Edition.State.FROZEN, now
        edition.save(update_fields=["state", "composed_at"])


def _reopen(edition_id: int, now: datetime) -> None:
    """Open a frozen edition, so that no worker claims or marks any of its deliveries.

    Raises:
        CannotComposeAgain: it is cancelled or not frozen, or some of it was sent.
    """
    frozen = Edition.objects.filter(pk=edition_id, state=Edition.State.FROZEN)
    if frozen.filter(cancelled_at__isnull=False).exists():
        raise CannotComposeAgain("It is cancelled.")
    if not frozen.update(state=Edition.State.OPEN):
        raise CannotComposeAgain("It is not frozen yet.")
    if reason := reason_to_stay(edition_id, now):
        Edition.objects.filter(pk=edition_id).update(state=Edition.State.FROZEN)
        raise CannotComposeAgain(reason)


def reason_to_stay(edition_id: int, now: datetime) -> str:
    """Why it must stay as it is; empty when nothing of it was sent or is being sent."""
    [(was_sent, is_held)] = rows(_BLOCKED, edition=edition_id, now=now)
    if was_sent or ArchivedDelivery.objects.filter(edition=edition_id).exists():
        return "Some of its mails were sent, and they must stay what they are."
    if is_held:
        return "A worker is about to send some of it. Pause the edition, and try again in a minute."
    return ""
