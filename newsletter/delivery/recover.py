"""Recover what a killed process was sending, from the journal that it left on this machine.

Of the messages that it had marked as sending, those that were answered get their outcome, and
those that were never begun are queued again, MAX_ATTEMPTS times at most. Only the rest is in
doubt, at most one message for each connection: their leases run out as before. A machine that is
gone takes its journals along; then the whole burst is in doubt.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from mail.journal import Remains, remains_in
from mail.outcome import Outcome
from newsletter.delivery import ledger
from newsletter.delivery.record import record
from newsletter.delivery.types import Batch, Owner

log = logging.getLogger(__name__)
# One message may be what ends the processes: while it is encoded, a library runs out of memory.
_GIVEN_UP: Final = Outcome(
    "refused", error="each process that was about to send it was killed", is_ours=True
)


def recover(folder: Path, now: datetime) -> list[Batch]:
    """Recover what all processes left that have ended; what is queued again, as batches.

    Safe to repeat, and by several processes at once: each journal is read by one of them, and
    only rows are changed that still have the fence of the process that ended.
    """
    found = [_recover(remains, now) for remains in remains_in(folder)]
    return [batch for batch in found if batch]


def _recover(remains: Remains, now: datetime) -> Batch | None:
    try:
        owner = Owner.of_text(remains.owner)
    except ValueError:  # not ours: it must not stop the sending of others
        log.warning("a journal of sending names no claim: %r", remains.owner)
        return None
    edition, fence = owner.edition_id, owner.fence
    held = ledger.held(edition, fence, remains.planned)
    outcomes = remains.outcomes
    answered = [(one, outcomes[one.reference]) for one in held if one.reference in outcomes]
    waiting = [one for one in held if one.reference in remains.never_begun]
    given_up = [(one, _GIVEN_UP) for one in waiting if one.attempts >= settings.MAX_ATTEMPTS]
    record(edition, fence, [*answered, *given_up], now)
    again = [one.reference for one in waiting if one.attempts < settings.MAX_ATTEMPTS]
    if again:
        ledger.requeue(edition, fence, again, now)
    if held:
        log.warning(
            "a process was killed while it was sending %s messages: %s were answered, "
            "%s had not begun and are queued again, %s were given up, %s are in doubt",
            len(held),
            len(answered),
            len(again),
            len(given_up),
            len(held) - len(answered) - len(waiting),
        )
    return Batch(edition, min(again), max(again)) if again else None
