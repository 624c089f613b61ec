"""`manage.py check` on the settings that no app owns; each app has a checks.py of its own.

Errors (`trending.E…`) stop `migrate`, and so a deployment. Warnings (`trending.W…`) come with
`check --deploy` and are about production only. docs/settings.md lists every id of every app.
"""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004

from web.rate_limit import is_rate

# Domains at which no mail arrives, or only on this machine.
_NOWHERE = ("localhost", ".localhost", "example.com", ".example", ".invalid", ".test", ".local")
# The smallest value with a meaning, and the largest that one transaction should contain.
_RANGES: dict[str, tuple[float, float]] = {
    "BACKFILL_DAYS": (0, 366),
    "BURST_SIZE": (1, 1000),
    "CONFIRM_DAYS": (1, 30),
    "DATABASE_CONNECT_SECONDS": (2, 60),  # libpq waits for two at least
    "DATABASE_IDLE_SECONDS": (0, 3600),
    "DATABASE_LOCK_SECONDS": (0, 240),
    "DATABASE_STATEMENT_SECONDS": (0, 240),
    "DATABASE_WORKER_LOCK_SECONDS": (0, 240),
    "DATABASE_WORKER_STATEMENT_SECONDS": (0, 240),  # a task is ended after 240
    "DIGEST_MINIMUM": (1, 50),
    "EDITION_PATIENCE": (0, 1440),
    "EVENT_RETENTION_DAYS": (7, 3650),  # providers repeat a report for days
    "LEDGER_RETENTION_DAYS": (60, 36_500),  # a digest looks a month back for what was sent
    "MAX_ATTEMPTS": (1, 50),
    "PAUSE_AT_COMPLAINT_SHARE": (0, 1),
    "PAUSE_AT_FAILED_SHARE": (0, 1),
    "RAW_RETENTION_DAYS": (1, 3650),
    "RUN_RETENTION_DAYS": (1, 3650),
    "SEND_RATE": (0, 1_000_000),
    "SEND_THREADS": (1, 64),
    "SMTP_CONNECTIONS": (1, 50),
    "SMTP_MAILS_PER_CONNECTION": (1, 1_000_000),
    "TICK_SECONDS": (0.1, 3600),
    "WARM_UP_CAP": (1, 1_000_000_000),
    "WARM_UP_GROWTH": (1, 10),
    "WARM_UP_START": (1, 1_000_000_000),
}


@register("trending")
def errors(**_kwargs: object) -> list[CheckMessage]:
    """The errors of this module; Django calls it for `check`, `migrate` and a starting worker."""
    return [*check_ranges(), *check_api_rate()]


@register("trending", deploy=True)
def warnings(**_kwargs: object) -> list[CheckMessage]:
    """The warnings of this module; Django calls it for `check --deploy`."""
    return check_production()


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


def check_api_rate() -> list[CheckMessage]:
    """E010: a rate that the limiter cannot parse would fail at the first request."""
    if is_rate(settings.API_RATE):
        return []
    return [
        Error(
            f"API_RATE is {settings.API_RATE!r}, which is no rate.",
            hint="Write a number and a span: 500/5 minutes, 100/hour or 1000/day.",
            id="trending.E010",
        )
    ]


def check_production() -> list[CheckMessage]:
    """W001 to W003: settings that work, but not as readers and mail providers expect."""
    found = [
        (
            settings.LOCAL,
            "W001",
            "LOCAL is true: this is the setup of a laptop.",
            "Set LOCAL=false, DATABASE_URL, REDIS_URL and SECRET_KEY.",
        ),
        (
            not settings.POSTAL_ADDRESS,
            "W002",
            "POSTAL_ADDRESS is empty.",
            "Set it: the law of many countries requires a postal address in every newsletter.",
        ),
        (
            settings.MAIL_DOMAIN.endswith(_NOWHERE),
            "W003",
            f"MAIL_FROM is at {settings.MAIL_DOMAIN!r}, where no reply can arrive.",
            "Set MAIL_FROM to an address of a domain that is yours.",
        ),
    ]
    return [
        Warning(message, hint=hint, id=f"trending.{number}")
        for wrong, number, message, hint in found
        if wrong
    ]
