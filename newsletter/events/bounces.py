"""Whether a mailbox is gone for good, which is where django-anymail's events stop telling.

Its event "bounced" may be a full mailbox as well as one that never was. Each provider says
which it is somewhere in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mail.outcome import names_missing_mailbox

# Where a provider says so, by the name that django-anymail gives it: keys into what it sent.
_WHERE: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "Amazon SES": (("bounce", "bounceType"),),
    "Brevo": (("event",),),
    "MailerSend": (("type",),),
    "Mailjet": (("hard_bounce",),),
    "Mandrill": (("event",),),
    "Postmark": (("Type",), ("SuppressionReason",)),
    "Resend": (("data", "bounce", "type"),),
}
_HARD: Final = re.compile(r"hard|permanent|^true$", re.IGNORECASE)
# RFC 3463: a policy refuses the sender or the content. The mailbox is there.
_POLICY: Final = re.compile(r"\b5\.7\.\d")


def is_hard(provider: str, kind: str, reject_reason: str, said: object, words: str) -> bool:
    """Whether this report means that the address takes no mail, now or ever. Pure.

    Args:
        kind, reject_reason: as django-anymail normalises them.
        said: the provider's own report, as it sent it.
        words: the receiving server's answer, as far as the provider passes it on.
    """
    if kind not in ("bounced", "rejected"):
        return False
    if reject_reason == "invalid":
        return True
    if kind == "rejected":  # for something earlier: a bounce that the provider remembers
        return reject_reason == "bounced"
    if _POLICY.search(words):
        return False
    row_state = _verdict(provider, said)
    return names_missing_mailbox(words) if row_state is None else bool(_HARD.search(row_state))


def _verdict(provider: str, said: object) -> str | None:
    """The provider's own word for the kind of the bounce; None where it has none."""
    found = (_at(said, keys) for keys in _WHERE.get(provider, ()))
    return next((str(one) for one in found if one is not None), None)


def _at(said: Any, keys: tuple[str, ...]) -> object:
    for key in keys:
        said = said.get(key) if isinstance(said, Mapping) else None
    return said
