"""`manage.py check`: what is wrong with the settings, each with an id and what to do.

Errors (`trending.E…`) stop `migrate`, and so a deployment. Warnings (`trending.W…`) come with
`check --deploy` and speak of production only. docs/settings.md lists every id.
"""

from __future__ import annotations

import re

import limits
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured

from mail.checks import check_provider, check_sender, check_smtp
from newsletter.checks import check_webhook, check_webhook_secret
from newsletter.delivery.rates import send_rates

# Nobody outside this machine, or nobody at all, gets mail there.
_NOWHERE = ("localhost", ".localhost", "example.com", ".example", ".invalid", ".test", ".local")
# The smallest value with a meaning, and the largest that one transaction should carry.
_RANGES: dict[str, tuple[float, float]] = {
    "BACKFILL_DAYS": (0, 366),
    "BURST_SIZE": (1, 1000),
    "CONFIRM_DAYS": (1, 30),
    "DIGEST_MINIMUM": (1, 50),
    "EVENT_RETENTION_DAYS": (7, 3650),  # providers repeat a report for days
    "LEDGER_RETENTION_DAYS": (60, 36_500),  # a digest looks a month back for what was sent
    "MAX_ATTEMPTS": (1, 50),
    "PAUSE_AT_COMPLAINT_SHARE": (0, 1),
    "RAW_RETENTION_DAYS": (1, 3650),
    "RUN_RETENTION_DAYS": (1, 3650),
    "SEND_THREADS": (1, 64),
    "SMTP_CONNECTIONS": (1, 50),
    "SMTP_MAILS_PER_CONNECTION": (1, 1_000_000),
    "TICK_SECONDS": (0.1, 3600),
}
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{20,}")
# config/celery.py ends a task after so long; a lease that runs out earlier would declare
# mail uncertain that is still being sent.
TASK_TIME_LIMIT = 300


@register("trending")
def errors(**_kwargs: object) -> list[CheckMessage]:
    """Every error there is; Django calls this for `check`, `migrate` and a starting worker."""
    return [
        *check_provider(),
        *check_smtp(),
        *check_ranges(),
        *check_uncertain_policy(),
        *check_lease(),
        *check_sender(),
        *check_mailbox(),
        *check_rates(),
        *check_pace(),
        *check_metrics_token(),
        *check_webhook_secret(),
    ]


@register("trending", deploy=True)
def warnings(**_kwargs: object) -> list[CheckMessage]:
    """Every warning there is; Django calls this for `check --deploy`."""
    return [*check_production(), *check_webhook()]


def check_ranges() -> list[CheckMessage]:
    """E005: a number outside the range in which the service works."""
    return [
        Error(
            f"{name} is {getattr(settings, name):g}, outside {low:g} to {high:g}.",
            hint=f"Set {name} to a number from {low:g} to {high:g}, or leave it out.",
            id="trending.E005",
        )
        for name, (low, high) in _RANGES.items()
        if not low <= getattr(settings, name) <= high
    ]


def check_uncertain_policy() -> list[CheckMessage]:
    """E006: what to do with a mail that may or may not have gone out."""
    if settings.UNCERTAIN_POLICY in ("hold", "resend"):
        return []
    return [
        Error(
            f"UNCERTAIN_POLICY is {settings.UNCERTAIN_POLICY!r}.",
            hint="Set it to hold (a mail that may have gone out is never repeated) or resend.",
            id="trending.E006",
        )
    ]


def check_lease() -> list[CheckMessage]:
    """E007: a lease must outlive the slowest mail, or a healthy worker loses its burst."""
    if (settings.EMAIL_TIMEOUT or 0) < settings.LEASE_SECONDS:
        return []
    return [
        Error(
            f"LEASE_SECONDS is {settings.LEASE_SECONDS}, not more than EMAIL_TIMEOUT.",
            hint=f"Leave it at {TASK_TIME_LIMIT}; it must outlast one mail that times out.",
            id="trending.E007",
        )
    ]


def check_mailbox() -> list[CheckMessage]:
    """E009: /mailbox/ shows everybody's mail to everybody; it is for a laptop."""
    if settings.LOCAL or not settings.MAILBOX_DIR:
        return []
    return [
        Error(
            "MAILBOX_DIR is set, but this is not a laptop (LOCAL=false).",
            hint="Leave MAILBOX_DIR out: it opens /mailbox/, where everyone reads all mail.",
            id="trending.E009",
        )
    ]


def check_pace() -> list[CheckMessage]:
    try:
        send_rates()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="See docs/settings.md.", id="trending.E011")]
    return []


def check_rates() -> list[CheckMessage]:
    """E010: a rate that the limiter does not understand would fail at the first request."""
    return [
        Error(
            f"{name} is {getattr(settings, name)!r}, which is no rate.",
            hint="Write a number and a span: 30/hour, 100/day, or 500/5 minutes.",
            id="trending.E010",
        )
        for name in ("SIGN_UP_RATE", "API_RATE")
        if not _is_rate(getattr(settings, name))
    ]


def _is_rate(text: str) -> bool:
    try:
        limits.parse(text)
    except ValueError:
        return False
    return True


def check_metrics_token() -> list[CheckMessage]:
    """E017: a token that can be guessed, or that no header can carry."""
    token = settings.METRICS_TOKEN
    if not token or _TOKEN.fullmatch(token):
        return []
    return [
        Error(
            "METRICS_TOKEN has fewer than 20 characters, or some that no header carries.",
            hint="Make one with: openssl rand -hex 20",
            id="trending.E017",
        )
    ]


def check_production() -> list[CheckMessage]:
    """W001 to W004: what works, but not as readers and mail providers expect of production."""
    found = [
        (
            settings.LOCAL,
            "W001",
            "LOCAL is true: this is set up as a laptop.",
            "Set LOCAL=false, DATABASE_URL, REDIS_URL and SECRET_KEY.",
        ),
        (
            not settings.POSTAL_ADDRESS,
            "W002",
            "POSTAL_ADDRESS is empty.",
            "Set it: the law of many countries wants a postal address in every newsletter.",
        ),
        (
            settings.MAIL_DOMAIN.endswith(_NOWHERE),
            "W003",
            f"MAIL_FROM is at {settings.MAIL_DOMAIN!r}, where no answer can arrive.",
            "Set MAIL_FROM to an address of a domain that is yours.",
        ),
        (
            settings.LEASE_SECONDS < TASK_TIME_LIMIT,
            "W004",
            f"LEASE_SECONDS is {settings.LEASE_SECONDS}, less than a task may take.",
            f"Set it to {TASK_TIME_LIMIT} or more, or mail still being sent becomes uncertain.",
        ),
    ]
    return [
        Warning(message, hint=hint, id=f"trending.{number}")
        for wrong, number, message, hint in found
        if wrong
    ]
