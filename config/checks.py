"""`manage.py check` on the settings that no app owns; each app has a checks.py of its own.

Errors (`trending.E…`) stop `migrate` and every process that starts. Warnings (`trending.W…`) are
about production; most of them come with `check --deploy`. docs/settings.md lists every id.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.http.request import validate_host

from config.values.secret_keys import weakness
from config.values.site import wrong_host
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
    "INBOUND_BYTES": (50_000, 20_000_000),
    "INBOUND_DAYS": (7, 365),  # a mailbox may deliver a mail again after days
    "LEDGER_RETENTION_DAYS": (60, 36_500),  # a digest looks a month back for what was sent
    "MAX_ATTEMPTS": (1, 50),
    "PAGE_CACHE_MB": (0, 4096),
    "PAGE_VERSION_SECONDS": (0, 60),
    "PAUSE_AT_COMPLAINT_SHARE": (0, 1),
    "PAUSE_AT_FAILED_SHARE": (0, 1),
    "PROXY_COUNT": (1, 10),
    "RAW_RETENTION_DAYS": (1, 3650),
    "RUN_RETENTION_DAYS": (1, 3650),
    "SEND_RATE": (0, 1_000_000),
    "SEND_THREADS": (1, 64),
    "SMTP_CONNECTIONS": (1, 50),
    "SMTP_MAILS_PER_CONNECTION": (1, 1_000_000),
    "SOFT_BOUNCE_EDITIONS": (0, 100),
    "SUMMARIES_PER_RUN": (1, 500),
    "TICK_SECONDS": (0.1, 3600),
    "UNCONFIRMED_DAYS": (7, 365),
    "WARM_UP_CAP": (1, 1_000_000_000),
    "WARM_UP_GROWTH": (1, 10),
    "WARM_UP_START": (1, 1_000_000_000),
}


@register("trending")
def errors(**_kwargs: object) -> list[CheckMessage]:
    """What `check` looks at always, and so do `migrate` and every process that starts."""
    return [
        *check_ranges(),
        *check_database_limits(),
        *check_api_rate(),
        *check_hosts(),
        *check_place(),
        *check_keys(),
        *check_scheme(),
    ]


@register("trending", deploy=True)
def warnings(**_kwargs: object) -> list[CheckMessage]:
    """The warnings of this module; Django calls it for `check --deploy`."""
    return [*check_production(), *check_redis()]


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


def check_database_limits() -> list[CheckMessage]:
    """E059: a worker must wait for a lock longer than a stopped process may hold it."""
    lock, idle = settings.DATABASE_WORKER_LOCK_SECONDS, settings.DATABASE_IDLE_SECONDS
    if not lock or not idle or lock > idle:
        return []
    return [
        Error(
            "DATABASE_WORKER_LOCK_SECONDS is not more than DATABASE_IDLE_SECONDS.",
            hint="Raise it: a worker would fail because another process was stopped for a while.",
            id="trending.E059",
        )
    ]


def check_hosts() -> list[CheckMessage]:
    """E055: requests to a name that is not listed, or listed in another form, are answered 400."""
    hosts = settings.ALLOWED_HOSTS
    wrong = [f"{host!r} {reason}" for host in hosts if (reason := wrong_host(host))]
    is_found = not wrong and validate_host(settings.SITE_HOST.lower(), hosts)
    if is_found or (settings.DEBUG and not hosts):
        return []
    missing = f"ALLOWED_HOSTS does not have {settings.SITE_HOST!r}, the host of SITE_URL."
    return [
        Error(
            f"In ALLOWED_HOSTS {', '.join(wrong)}." if wrong else missing,
            hint="List host names only, such as papers.example.org; or leave ALLOWED_HOSTS out.",
            id="trending.E055",
        )
    ]


def check_place() -> list[CheckMessage]:
    """E056: no DATABASE_URL makes this a laptop, but its URL is no laptop's."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    is_named = "." in host and not host.endswith(_NOWHERE) and not host.replace(".", "").isdigit()
    if settings.LOCAL_IS_GIVEN or not settings.LOCAL or not is_named:
        return []
    return [
        Error(
            f"SITE_URL is {settings.SITE_URL}, but neither LOCAL nor DATABASE_URL is set.",
            hint="Set LOCAL=false, DATABASE_URL and REDIS_URL; on a laptop set LOCAL=true.",
            id="trending.E056",
        )
    ]


def check_scheme() -> list[CheckMessage]:
    """W056: plain HTTP in production."""
    if settings.LOCAL or not settings.SITE_URL.startswith("http://"):
        return []
    return [
        Warning(
            f"SITE_URL is {settings.SITE_URL}: anyone on the way can read cookies and links.",
            hint="Set SITE_URL to an https:// address; see the proxy in docs/deployment.md.",
            id="trending.W056",
        )
    ]


def check_keys() -> list[CheckMessage]:
    """E057: who guesses SECRET_KEY can open the admin and every reader's page. W059: old keys."""
    if settings.LOCAL:
        return []
    return [*_weak_key(), *_weak_fallbacks()]


def _weak_key() -> Iterator[CheckMessage]:
    if reason := weakness(settings.SECRET_KEY):
        yield Error(
            f"SECRET_KEY {reason}.",
            hint="Make one by openssl rand -base64 48, and put the old one into "
            "SECRET_KEY_FALLBACKS until the links in mails already sent are no longer needed.",
            id="trending.E057",
        )


def _weak_fallbacks() -> Iterator[CheckMessage]:
    reasons = [reason for key in settings.SECRET_KEY_FALLBACKS if (reason := weakness(key))]
    if reasons:
        yield Warning(
            f"A key in SECRET_KEY_FALLBACKS {reasons[0]}.",
            hint='If it has a comma in it, write JSON: SECRET_KEY_FALLBACKS=["the key"]. A weak '
            "key can be guessed as long as it is listed.",
            id="trending.W059",
        )


def check_redis() -> list[CheckMessage]:
    """W060: a Redis that drops keys drops work. Nothing is said of one that does not answer."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        policy = client.info("memory").get("maxmemory_policy", "noeviction")
    except redis.RedisError:
        return []
    finally:
        client.close()
    if policy == "noeviction":
        return []
    return [
        Warning(
            f"The Redis of REDIS_URL has maxmemory-policy {policy}: it drops keys when it is full.",
            hint="Set maxmemory-policy noeviction: a dropped key may be a task or a rate limit.",
            id="trending.W060",
        )
    ]


def check_production() -> list[CheckMessage]:
    """W001 to W003, W050, W055, W058: settings that work, but not as others expect."""
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
        (
            settings.HTTPS and not settings.BEHIND_PROXY,
            "W050",
            "SITE_URL is https, so a proxy is in front, but BEHIND_PROXY is off.",
            "Set BEHIND_PROXY=true: without it all readers seem to have the proxy's address.",
        ),
        (
            not settings.LOCAL_IS_GIVEN,
            "W055",
            "LOCAL is not set, so DATABASE_URL decides whether this is a laptop.",
            "Set LOCAL=false: then a lost DATABASE_URL is an error and no empty database.",
        ),
        (
            "*" in settings.ALLOWED_HOSTS,
            "W058",
            "ALLOWED_HOSTS has '*': the site answers under names that others point to it.",
            "List the host of SITE_URL only, or leave ALLOWED_HOSTS out.",
        ),
    ]
    return [
        Warning(message, hint=hint, id=f"trending.{number}")
        for wrong, number, message, hint in found
        if wrong
    ]
