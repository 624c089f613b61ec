"""Why deliveries fail, and whose failure each is: a fixed set of reasons, which the counters count.

Ours, the settings' and the mail server's are *retryable*: an operator can send such a digest again
once the fault is corrected (delivery/retry.py). The recipient's are not: the receiving server has
answered about this mailbox or this message. Several of those in a row end an address
(events/soft_bounces.py). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

from mail.refusals.stored import counts_against_mailbox, is_about_relay, is_about_us

Fault = Literal["ours", "settings", "relay", "recipient", "mailbox"]


class Reason(StrEnum):
    """What a failed delivery's row says; two of them also end a delivery as skipped."""

    NOT_RENDERED = "could not be rendered: an error of ours"
    KEY_MISSING = "the key of its links is no longer in the settings"
    GAVE_UP_ON_RELAY = "gave up: the mail server could not be reached, or did not send"
    NOT_SENT_BY_PROVIDER = "the mail provider could not send it"
    BLOCKED = "refused: the receiving server blocks this service"
    GAVE_UP_ON_RECIPIENT = "gave up: the receiving server kept deferring it"
    REFUSED = "refused by the receiving server"
    BOUNCED = "bounced: the mailbox did not take it"
    REJECTED_BY_PROVIDER = "rejected by the mail provider"
    BOUNCED_NO_MAILBOX = "bounced: there is no such mailbox"


_FAULTS: Final[Mapping[str, Fault]] = {
    Reason.NOT_RENDERED: "ours",
    Reason.KEY_MISSING: "settings",
    Reason.GAVE_UP_ON_RELAY: "relay",
    Reason.NOT_SENT_BY_PROVIDER: "relay",
    Reason.BLOCKED: "relay",
    Reason.GAVE_UP_ON_RECIPIENT: "recipient",
    Reason.REFUSED: "recipient",
    Reason.BOUNCED: "recipient",
    Reason.REJECTED_BY_PROVIDER: "recipient",
    Reason.BOUNCED_NO_MAILBOX: "mailbox",
}
RETRYABLE: Final = tuple(
    reason for reason in Reason if _FAULTS[reason] in ("ours", "settings", "relay")
)
# A delivery ends as skipped for these, and not as failed.
SKIPPED: Final = (Reason.NOT_RENDERED.value, Reason.KEY_MISSING.value)

CANCELLED: Final = "the edition was cancelled"  # why a waiting delivery is skipped; no failure

# Former versions wrote this of every delivery that they gave up.
_GAVE_UP: Final = re.compile(r"failed after \d+ attempts")


def gave_up(error: str) -> Reason:
    """The reason of a delivery whose last allowed attempt was deferred with this error.

    A reply 4xx about the recipient (a full mailbox) is the recipient's. All else is the mail
    server's: no connection, a certificate, a 421, an answer of an API.
    """
    if not error or is_about_relay(error):
        return Reason.GAVE_UP_ON_RELAY
    return Reason.GAVE_UP_ON_RECIPIENT


def current_reason(reason: str, error: str) -> str:
    """The reason that this version would store: former ones had fewer.

    They gave each refusal the same reason, also one that was about this service and not about the
    reader: a relay that refuses, a block list, an unqualified name.
    """
    if _GAVE_UP.fullmatch(reason):
        return gave_up(error)
    if reason == Reason.REFUSED and is_about_us(error):
        return Reason.BLOCKED
    return reason


def fault_of(reason: str) -> Fault | None:
    """Whose failure a reason is; None for one that is no failure, or is not known here."""
    return _FAULTS.get(reason)


def is_retryable(reason: str, error: str = "") -> bool:
    """Whether a delivery that ended for this reason can be sent again once the fault is gone."""
    return fault_of(current_reason(reason, error)) in ("ours", "settings", "relay")


def counts_against_address(reason: str, error: str) -> bool:
    """Whether such a failure says something about the address, if not everything.

    Never one that is ours, and never the answer of a block list, a policy or a spam filter.
    """
    fault = fault_of(current_reason(reason, error))
    return fault == "mailbox" or (fault == "recipient" and counts_against_mailbox(error))
