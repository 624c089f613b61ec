"""Whether a mailbox is gone for good, which django-anymail's normalised events do not say.

Its event "bounced" may mean a full mailbox as well as one that never existed. Each provider says
which of them it is in a field of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mail.outcome import names_missing_mailbox

# Where each provider names the kind of a bounce: paths of keys into its own payload. The provider
# has the name that django-anymail gives it.
_KIND_PATHS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "Amazon SES": (("bounce", "bounceType"),),
    "Brevo": (("event",),),
    "MailerSend": (("type",),),
    "Mailjet": (("hard_bounce",),),
    "Mandrill": (("event",),),
    "Postmark": (("Type",), ("SuppressionReason",)),
    "Resend": (("data", "bounce", "type"),),
}
_HARD: Final = re.compile(r"hard|permanent|^true$", re.IGNORECASE)
# RFC 3463: a policy refuses the sender or the content. The mailbox exists.
_POLICY: Final = re.compile(r"\b5\.7\.\d")


def is_hard(provider: str, kind: str, reject_reason: str, payload: object, reply: str) -> bool:
    """Whether this event means that the address takes no mail, now or ever. Pure.

    Args:
        kind, reject_reason: as django-anymail normalises them.
        payload: the provider's own event, as it was posted.
        reply: the receiving server's reply, as far as the provider passes it on.
    """
    if kind not in ("bounced", "rejected"):
        return False
    if reject_reason == "invalid":
        return True
    if kind == "rejected":  # because of an earlier event: a bounce that the provider has stored
        return reject_reason == "bounced"
    if _POLICY.search(reply):
        return False
    bounce_kind = _bounce_kind(provider, payload)
    if bounce_kind is None:
        return names_missing_mailbox(reply)
    return bool(_HARD.search(bounce_kind))


def _bounce_kind(provider: str, payload: object) -> str | None:
    """The provider's own name for the kind of the bounce; None where it gives none."""
    found = (_at(payload, keys) for keys in _KIND_PATHS.get(provider, ()))
    return next((str(value) for value in found if value is not None), None)


def _at(value: Any, keys: tuple[str, ...]) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
