"""`manage.py check` on the settings that no app owns; each app has a checks.py of its own.

Errors (`trending.E…`) stop `migrate`, and so a deployment. Warnings (`trending.W…`) come with
`check --deploy` and are about production only. docs/settings.md lists every id of every app.
"""

from __future__ import annotations

import importlib
import math
import re
from email.utils import parseaddr

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from mail.providers import known_providers
from papers.checks import (
    check_arxiv,
    check_run_retention,
    check_source_addresses,
    check_source_keys,
    check_source_names,
)
from web.rate_limit import is_rate

# Domains at which no mail arrives, or only on this machine.
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


@register("trending")
def errors(**_kwargs: object) -> list[CheckMessage]:
    """The errors of this module; Django calls it for `check`, `migrate` and a starting worker."""
    return [
        *check_provider(),
        *check_smtp(),
        *check_ranges(),
        *check_sender(),
        *check_api_rate(),
        *check_source_names(),
        *check_source_addresses(),
        *check_source_keys(),
        *check_arxiv(),
        *check_run_retention(),
    ]


@register("trending", deploy=True)
def warnings(**_kwargs: object) -> list[CheckMessage]:
    """The warnings of this module; Django calls it for `check --deploy`."""
    return check_production()


def check_provider() -> list[CheckMessage]:
    """E001: an unknown provider. E002: a key is missing that the provider needs."""
    if settings.MAIL_PROVIDER not in known_providers():
        return [
            Error(
                f"MAIL_PROVIDER is {settings.MAIL_PROVIDER!r}, which nobody here knows.",
                hint=f"Choose one of: {', '.join(known_providers())}.",
                id="trending.E001",
            )
        ]
    missing = missing_provider_setting(settings.MAIL_PROVIDER)
    if not missing:
        return []
    return [
        Error(
            f"MAIL_PROVIDER={settings.MAIL_PROVIDER} needs {missing}, which is not set.",
            hint=f"Set {missing} in the environment or in .env; docs/settings.md tells more.",
            id="trending.E002",
        )
    ]


def missing_provider_setting(provider: str) -> str:
    """The first environment variable that the provider still needs, or nothing.

    django-anymail itself is asked: its backends refuse to be made without their keys. Nothing
    is sent, and no connection is opened.
    """
    try:
        get_connection()
    except ImproperlyConfigured as error:
        named = re.search(r"ANYMAIL_[A-Z0-9_]+", str(error))
        return named.group() if named else str(error)
    except ValueError:
        return ""  # EMAIL_USE_TLS beside EMAIL_USE_SSL, which has a check of its own
    return "AWS_DEFAULT_REGION" if provider == "amazon_ses" and not _has_region() else ""


def _has_region() -> bool:
    """Amazon SES finds its keys in many places, but it must be told its region."""
    session = settings.ANYMAIL.get("AMAZON_SES_SESSION_PARAMS", {})
    client = settings.ANYMAIL.get("AMAZON_SES_CLIENT_PARAMS", {})
    boto3 = importlib.import_module("boto3")  # slow to import, and only Amazon needs it
    return bool(client.get("region_name") or boto3.session.Session(**session).region_name)


def check_smtp() -> list[CheckMessage]:
    """E003: a server that hangs would hold its worker. E004: TLS spelled twice."""
    found: list[CheckMessage] = []
    if not 0 < (settings.EMAIL_TIMEOUT or 0) < math.inf:
        found.append(
            Error(
                "EMAIL_TIMEOUT must be more than 0 seconds.",
                hint="Leave it at 30: without it a mail server that hangs holds its worker.",
                id="trending.E003",
            )
        )
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        found.append(
            Error(
                "EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other.",
                hint="Port 587 wants EMAIL_USE_TLS=true, port 465 EMAIL_USE_SSL=true.",
                id="trending.E004",
            )
        )
    return found


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


def check_sender() -> list[CheckMessage]:
    """E008: MAIL_FROM, MAIL_REPLY_TO must be addresses."""
    wanted = {"MAIL_FROM": settings.MAIL_FROM, "MAIL_REPLY_TO": settings.MAIL_REPLY_TO}
    return [
        Error(
            f"{name} is {value!r}, which holds no mail address.",
            hint=f"For example: {name}=Trending Papers <digest@papers.example.org>",
            id="trending.E008",
        )
        for name, value in wanted.items()
        if (value or name == "MAIL_FROM") and not _is_address(value)
    ]


def _is_address(value: str) -> bool:
    local_part, at, domain = parseaddr(value)[1].rpartition("@")
    return bool(local_part and at and domain)


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
