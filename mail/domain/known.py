"""What is known of each provider: names of its keys, and what it says of SPF.

A provider with a return path of its own is not here for SPF: receivers look at that one, and the
record of the sender's domain does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Selectors that a provider gives to all of its customers. Those of Amazon SES, Postal, Postmark,
# Scaleway and SparkPost differ from customer to customer.
_SELECTORS: Final[Mapping[str, tuple[str, ...]]] = {
    "brevo": ("mail", "brevo1", "brevo2"),
    "mailersend": ("mlsend", "mlsend2"),
    "mailgun": ("k1", "mx", "pic", "smtp", "mailo", "email"),
    "mailjet": ("mailjet",),
    "mailtrap": ("rwmt1", "rwmt2"),
    "mandrill": ("mandrill", "mte1", "mte2"),
    "resend": ("resend",),
    "sendgrid": ("s1", "s2"),
    "unisender_go": ("us",),
    "smtp": (
        *("default", "dkim", "mail", "selector1", "selector2", "google", "s1", "s2"),
        *("k1", "k2", "key1", "fm1"),
    ),
}
# Relays whose customers send with return paths of their own, by the end of EMAIL_HOST.
_INCLUDES: Final[Mapping[str, str]] = {
    "gmail.com": "include:_spf.google.com",
    "google.com": "include:_spf.google.com",
    "office365.com": "include:spf.protection.outlook.com",
    "outlook.com": "include:spf.protection.outlook.com",
    "mailgun.org": "include:mailgun.org",
    "amazonaws.com": "include:amazonses.com",
    "sendgrid.net": "include:sendgrid.net",
    "zoho.com": "include:zohomail.com",
    "zoho.eu": "include:zohomail.eu",
    "fastmail.com": "include:spf.messagingengine.com",
    "migadu.com": "include:spf.migadu.com",
}


def known_selectors(provider: str) -> tuple[str, ...]:
    """Where to look for keys when none is named."""
    return _SELECTORS.get(provider, ())


def spf_term(host: str) -> str:
    """What the SPF record must have for a relay; empty for one that is not known."""
    host = host.lower().rstrip(".")
    for end, term in _INCLUDES.items():
        if host == end or host.endswith(f".{end}"):
            return term
    return ""
