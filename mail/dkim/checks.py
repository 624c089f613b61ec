"""`manage.py check` on the DKIM_* settings: mail/checks.py calls it."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.core.exceptions import ImproperlyConfigured

from mail.addresses import split_address
from mail.dkim.keys import DkimKey, configured_key


def check_dkim() -> list[CheckMessage]:
    """E097: a key that cannot sign. W072: one whose signature does not help.

    A key that is good and signs nothing is no error: it may be there for `check_domain`.
    """
    try:
        key = configured_key()
    except ImproperlyConfigured as error:
        hint = "docs/providers.md says how to make a key. Without any DKIM_* nothing is signed."
        return [Error(str(error), hint=hint, id="trending.E097")]
    return [*_check_use(key), *_check_alignment(key)] if key else []


def _check_use(key: DkimKey) -> list[CheckMessage]:
    if settings.MAIL_PROVIDER != "smtp":
        return [_warning(
            f"The DKIM_* settings are set, but {settings.MAIL_PROVIDER} signs by itself.",
            "Empty them, and enter the provider's own DKIM record in your DNS.",
        )]  # fmt: skip
    if key.algorithm == "ed25519":
        return [_warning(
            "The DKIM key is an Ed25519 key, whose signatures Gmail and Outlook do not verify.",
            "Use an RSA key of 2048 bits.",
        )]  # fmt: skip
    if key.bits < 2048:
        return [_warning(f"The DKIM key has {key.bits} bits.", "Use an RSA key of 2048 bits.")]
    return []


def _check_alignment(key: DkimKey) -> list[CheckMessage]:
    """DMARC looks for a signature of the domain in From, or of one above or below it."""
    return [
        _warning(
            f"DKIM_DOMAIN is {key.domain}, and {name} is at {domain}: DMARC does not count its "
            "signature.",
            f"Set DKIM_DOMAIN to {domain}, or to the domain above it.",
        )
        for name in ("MAIL_FROM", "TRANSACTIONAL_FROM")
        if (domain := split_address(getattr(settings, name))[1].rpartition("@")[2].lower())
        and not is_below(domain, key.domain)
        and not is_below(key.domain, domain)
    ]


def is_below(domain: str, other: str) -> bool:
    """Whether a domain is this other one, or one under it."""
    return domain == other or domain.endswith(f".{other}")


def _warning(text: str, hint: str) -> CheckMessage:
    return Warning(text, hint=hint, id="trending.W072")
