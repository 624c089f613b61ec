"""Whether a mailbox is gone for good, which django-anymail's normalised events do not say.

Its event "bounced" may mean a full mailbox as well as one that never existed. Each provider says
which of them it is in a field of its own. Three questions, in this order:

1. Does the provider refuse because the address stands on a list of its own? Then it will refuse
   every mail to it, whatever the words are.
2. Is the refusal about the sender: a block list, a policy, spam? Then it says nothing about the
   mailbox, also where the provider calls it a hard bounce.
3. What do the provider's own kind of bounce and the receiving server's reply say?
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mail.refusals.stored import (
    denies_missing_mailbox,
    has_code_of_missing_mailbox,
    is_about_sender,
    names_missing_mailbox,
)

_Paths = tuple[tuple[str, ...], ...]
# Where each provider names the kind of a bounce: paths of keys into its own payload. The provider
# has the name that django-anymail gives it.
_KIND_PATHS: Final[Mapping[str, _Paths]] = {
    "Amazon SES": (("bounce", "bounceType"),),
    "Brevo": (("event",),),
    "MailerSend": (("type",),),
    "Mailjet": (("hard_bounce",),),
    "Mandrill": (("event",),),
    "Postmark": (("Type",), ("SuppressionReason",)),
    "Resend": (("data", "bounce", "type"), ("data", "bounce", "message")),
    "SendGrid": (("type",),),
    "SparkPost": (("msys", "message_event", "bounce_class"),),
}
# SparkPost's classes 10 and 30: an invalid recipient, no such recipient. SendGrid's kinds are
# "bounce" and "blocked".
_HARD: Final = re.compile(r"hard|permanent|^(true|bounce|10|30)$", re.IGNORECASE)
# Not the provider's kind but its lack of one: the reply decides.
_UNDECIDED: Final = re.compile(r"^(undetermined|unknown|1)$", re.IGNORECASE)

# Where a provider says that an address stands on a list of its own, and how.
_LIST_PATHS: Final[Mapping[str, _Paths]] = {
    "Amazon SES": (("bounce", "bounceSubType"),),
    "Brevo": (("reason",),),
    "Mailgun": (("event-data", "reason"),),
    "Mailjet": (("error",),),
    "Mailtrap": (("event",), ("reason",)),
    "Postmark": (("Type",),),
    "Resend": (("type",), ("data", "bounce", "subType"), ("data", "bounce", "message")),
    "SparkPost": (("msys", "gen_event", "raw_reason"), ("msys", "message_event", "raw_reason")),
}
_ON_LIST: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "Amazon SES": r"^(suppressed|onaccountsuppressionlist)$",
        "Brevo": r"black\s?list|block\s?list|unsubscribed|hard\s?bounce|admin",
        "Mailgun": r"^suppress-bounce$",
        "Mailjet": r"^blacklisted$",
        "Mailtrap": r"suppress|hard.?bounce|complain|unsubscrib|black\s?list|block",
        "Postmark": r"^ManuallyDeactivated$",
        "Resend": r"suppressed|suppression list",
        "SparkPost": r"address suppressed|suppression list",
    }.items()
}
# What these words have in common with the lists above is about the account, not about an address.
_ABOUT_ACCOUNT: Final = re.compile(
    r"\b(account|limit|quota|credit|sandbox|plan|your (domain|ip))\b", re.IGNORECASE
)
_ADVICE: Final = re.compile(r"We recommend.*", re.DOTALL)
_REFUSED: Final = ("bounced", "rejected")
# Our own reject_reason beside those of django-anymail: the refusal is about who sends.
ABOUT_SENDER: Final = "sender"


def is_hard(provider: str, kind: str, reject_reason: str, payload: object, reply: str) -> bool:
    """Whether this event means that the address takes no mail, now or ever. Pure.

    Args:
        kind, reject_reason: as django-anymail normalises them.
        payload: the provider's own event, as it was posted.
        reply: the receiving server's reply, as far as the provider passes it on.
    """
    reply = _server_words(provider, payload, reply)
    if provider == "Postal" and kind == "failed":  # its only word for a bounce
        return names_missing_mailbox(reply)
    if kind not in _REFUSED:
        return False
    if is_on_provider_list(provider, kind, payload):
        return True
    if is_about_us(provider, kind, reject_reason, payload, reply):
        return False
    if reject_reason == "invalid" or kind == "rejected":
        # Rejected because of an earlier event: a bounce that the provider has stored.
        return reject_reason in ("invalid", "bounced") and not denies_missing_mailbox(reply)
    return _is_hard_bounce(_bounce_kind(provider, payload), payload, reply)


def _is_hard_bounce(bounce_kind: str | None, payload: object, reply: str) -> bool:
    if bounce_kind is None or _UNDECIDED.search(bounce_kind):
        return names_missing_mailbox(reply)
    if _HARD.search(bounce_kind):
        return not denies_missing_mailbox(reply)
    # Some call each bounce of one code soft. A code that names the mailbox is certain all the same.
    return has_code_of_missing_mailbox(reply) or has_code_of_missing_mailbox(_status(payload))


def is_on_provider_list(provider: str, kind: str, payload: object) -> bool:
    """Whether the provider refuses all mail to the address: it is on its own suppression list."""
    pattern = _ON_LIST.get(provider)
    if pattern is None or kind not in _REFUSED:
        return False
    if provider in ("Brevo", "Mailtrap") and kind != "rejected":
        return False  # then the words are the receiving server's, of a list against senders
    words = (str(_at(payload, keys) or "") for keys in _LIST_PATHS[provider])
    return any(pattern.search(text) and not _is_account(provider, text) for text in words)


def _is_account(provider: str, text: str) -> bool:
    """Mailtrap rejects for reasons of the account too, in the same words."""
    return provider == "Mailtrap" and bool(_ABOUT_ACCOUNT.search(text))


def is_about_us(provider: str, kind: str, reject_reason: str, payload: object, reply: str) -> bool:
    """Whether the refusal is about who sends: no address must be suppressed because of it."""
    if kind not in _REFUSED or is_on_provider_list(provider, kind, payload):
        return False
    if kind == "bounced" and reject_reason in ("spam", "blocked"):
        return True
    if provider == "SparkPost" and reject_reason == "spam":  # blocked as spam, by the receiver
        return True
    if provider == "Postmark" and _at(payload, ("Type",)) in ("Blocked", "DMARCPolicy"):
        return True
    if provider == "Mailjet" and _at(payload, ("error",)) == "relay/access denied":
        return True
    return is_about_sender(_server_words(provider, payload, reply))


def _server_words(provider: str, payload: object, reply: str) -> str:
    """The reply without Resend's advice, which has words about a list and about reputation."""
    if provider != "Resend":
        return reply
    codes = _at(payload, ("data", "bounce", "diagnosticCode")) or ""
    return f"{_ADVICE.sub('', reply)} {codes}"


def settled_reason(
    provider: str, kind: str, reject_reason: str, payload: object, reply: str
) -> str:
    """django-anymail's reason, or ABOUT_SENDER where the refusal is about who sends.

    django-anymail calls `spam` both a complaint of the reader and a receiving server that takes our
    mail for spam; only the first may suppress an address.
    """
    suppressed = {"suppress-complaint": "spam", "suppress-unsubscribe": "unsubscribed"}
    own = _at(payload, ("event-data", "reason")) if provider == "Mailgun" else None
    if isinstance(own, str) and own in suppressed:
        return suppressed[own]
    if is_about_us(provider, kind, reject_reason, payload, reply):
        return ABOUT_SENDER
    return reject_reason


def _bounce_kind(provider: str, payload: object) -> str | None:
    """The provider's own name for the kind of the bounce; None where it gives none."""
    found = (_at(payload, keys) for keys in _KIND_PATHS.get(provider, ()))
    return next((str(value) for value in found if value is not None), None)


def _status(payload: object) -> str:
    """The enhanced code beside Amazon's bounce: each mail has one recipient."""
    recipients = _at(payload, ("bounce", "bouncedRecipients"))
    if not isinstance(recipients, list) or not recipients:
        return ""
    return str(_at(recipients[0], ("status",)) or "")


def _at(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
