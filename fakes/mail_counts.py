"""Lost and repeated mails: counted from the ledger and from the mails that arrived. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final, Self

from fakes.mail_receiver import Arrival

# States of a mail that has not arrived, or perhaps not.
_NOT_SURE: Final = {"queued", "deferred", "skipped", "failed", "uncertain"}
_FINAL: Final = {"sent", "skipped", "failed", "uncertain"}
_MAY_HAVE_ARRIVED: Final = {"sent", "uncertain", "sending"}
_DELIVERY_ID: Final = re.compile(r"<digest\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Expected:
    """A subscriber who was due, and their row in the ledger; no row: id 0 and no state."""

    email: str
    delivery_id: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one run, or of several added up."""

    mails: int = 0  # subscribers who were due
    arrived: int = 0
    skipped: int = 0
    failed: int = 0
    lost: int = 0  # did not arrive, though the state denies that
    repeated: int = 0  # copies too many
    uncertain: int = 0
    unfinished: int = 0  # in the end, neither final nor scheduled
    misreported: int = 0  # arrived, though the ledger denies it; or under another delivery's id
    miscounted: int = 0  # the error of the counters of progress

    def __add__(self, other: Self) -> Counts:
        mine, others = asdict(self), asdict(other)
        return Counts(**{one.name: mine[one.name] + others[one.name] for one in fields(self)})


def count(
    expected: Sequence[Expected], arrivals: Sequence[Arrival], counters: dict[str, int]
) -> Counts:
    """The counts of one run.

    Args:
        expected: every subscriber who was due, once.
        arrivals: every mail that was received during the run.
        counters: the counters of progress, by state.
    """
    ids = Counter(arrival.message_id for arrival in arrivals)
    recipients = Counter(arrival.to for arrival in arrivals)
    states = Counter(one.state for one in expected)
    return Counts(
        mails=len(expected),
        arrived=len(recipients),
        skipped=states["skipped"],
        failed=states["failed"],
        lost=sum(e.email not in recipients and e.state not in _NOT_SURE for e in expected),
        # The same mail twice, or two mails to one recipient: the larger number.
        repeated=max(ids.total() - len(ids), recipients.total() - len(recipients)),
        uncertain=states["uncertain"],
        unfinished=sum(e.state not in _FINAL for e in expected),
        misreported=_denied(expected, recipients) + _misaddressed(expected, arrivals),
        miscounted=_miscounted(states, counters),
    )


def _denied(expected: Sequence[Expected], recipients: Counter[str]) -> int:
    """Mails that arrived although the state of their row excludes that."""
    return sum(e.email in recipients and e.state not in _MAY_HAVE_ARRIVED for e in expected)


def _misaddressed(expected: Sequence[Expected], arrivals: Sequence[Arrival]) -> int:
    """Mails whose Message-ID is not that of their recipient's delivery, or to a stranger."""
    owners = {one.email: one.delivery_id for one in expected}
    wrong = 0
    for arrival in arrivals:
        found = _DELIVERY_ID.match(arrival.message_id)
        wrong += not found or int(found[1]) != owners.get(arrival.to)
    return wrong


def _miscounted(states: Counter[str], counters: dict[str, int]) -> int:
    names = (states.keys() | counters.keys()) - {""}
    return sum(abs(states[name] - counters.get(name, 0)) for name in names)
