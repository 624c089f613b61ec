"""`manage.py check` on the settings of sending and of the provider's events.

docs/settings.md lists every id.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import URLValidator, validate_email

from newsletter.delivery.rates.send_rates import send_rates
from newsletter.editions.interleaving.rankings import RANKINGS
from newsletter.editions.rendering.inbox_line import pattern_error
from newsletter.events.webhook import accepted_providers, secrets, view_class
from newsletter.inbound.forward import operator_address

# config/celery.py ends a task after so many seconds; a lease that runs out earlier would make
# mail uncertain that is still being sent.
TASK_TIME_LIMIT: Final = 300
# A local part has 64 octets at most (RFC 5321), and "+u-" with a token has 39.
LONGEST_INBOUND: Final = 25
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{20,}")
# It becomes part of a URL, in which other characters have a meaning of their own.
_TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}")
_SECRET: Final = re.compile(r"[A-Za-z0-9._~-]+:[A-Za-z0-9._~-]{20,}")


@register("trending")
def check_uncertain_policy(**_kwargs: object) -> list[CheckMessage]:
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


@register("trending")
def check_interleave(**_kwargs: object) -> list[CheckMessage]:
    """E093: a ranking that does not exist cannot be compared."""
    if settings.INTERLEAVE in ("", *RANKINGS):
        return []
    return [
        Error(
            f"INTERLEAVE is {settings.INTERLEAVE!r}.",
            hint=f"Set it to {', '.join(RANKINGS)}, or leave it empty to compare nothing.",
            id="trending.E093",
        )
    ]


@register("trending")
def check_subject_pattern(**_kwargs: object) -> list[CheckMessage]:
    """E107: a pattern that gives no subject, or each digest the same one."""
    pattern = settings.SUBJECT_PATTERN
    error = pattern_error(pattern) if pattern else ""
    if not error:
        return []
    return [
        Error(
            f"SUBJECT_PATTERN is {pattern!r}, and {error}.",
            hint="For example: SUBJECT_PATTERN={days}: {title}",
            id="trending.E107",
        )
    ]


@register("trending")
def check_lease(**_kwargs: object) -> list[CheckMessage]:
    """E007: a lease must outlast the slowest mail, or a healthy worker loses its burst."""
    if (settings.EMAIL_TIMEOUT or 0) < settings.LEASE_SECONDS:
        return []
    return [
        Error(
            f"LEASE_SECONDS is {settings.LEASE_SECONDS}, not more than EMAIL_TIMEOUT.",
            hint=f"Leave it at {TASK_TIME_LIMIT}; it must outlast one mail that times out.",
            id="trending.E007",
        )
    ]


@register("trending")
def check_send_rates(**_kwargs: object) -> list[CheckMessage]:
    """E011: a rate or a first day that cannot be read would fail every burst."""
    try:
        send_rates()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="See docs/settings.md.", id="trending.E011")]
    return []


@register("trending")
def check_metrics_token(**_kwargs: object) -> list[CheckMessage]:
    """E017: a token that can be guessed, or that no header can carry."""
    token = settings.METRICS_TOKEN
    if not token or _TOKEN.fullmatch(token):
        return []
    return [
        Error(
            "METRICS_TOKEN has fewer than 20 characters, or some that no header can contain.",
            hint="Make one with: openssl rand -hex 20",
            id="trending.E017",
        )
    ]


@register("trending")
def check_webhook_secret(**_kwargs: object) -> list[CheckMessage]:
    """E018: a secret that can be guessed, or that no URL can contain; or another key is missing."""
    wrong = [secret for secret in secrets() if not _SECRET.fullmatch(secret)]
    if wrong:
        return [
            Error(
                "ANYMAIL_WEBHOOK_SECRET is not a name, a colon and 20 or more letters and digits.",
                hint="Make one with: echo reports:$(openssl rand -hex 20)",
                id="trending.E018",
            )
        ]
    missing = {name: _missing_setting(name) for name in accepted_providers() if secrets()}
    return [
        Error(
            f"Events of the provider {name} cannot be received: {what}",
            hint="docs/providers.md lists what each provider needs beside ANYMAIL_WEBHOOK_SECRET.",
            id="trending.E018",
        )
        for name, what in missing.items()
        if what
    ]


@register("trending")
def check_former_providers(**_kwargs: object) -> list[CheckMessage]:
    """E105: events of a provider that posts none, or of today's one, are expected twice."""
    wrong = [name for name in settings.FORMER_MAIL_PROVIDERS if view_class(name) is None]
    if not wrong:
        return []
    return [
        Error(
            f"FORMER_MAIL_PROVIDERS names {wrong[0]!r}, which posts no events.",
            hint="Name the values that MAIL_PROVIDER had: docs/settings.md lists them.",
            id="trending.E105",
        )
    ]


@register("trending")
def check_topics(**_kwargs: object) -> list[CheckMessage]:
    """E106: a topic of Amazon SNS is named by its whole ARN."""
    wrong = [name for name in settings.SNS_TOPIC_ARNS if not _TOPIC.fullmatch(name)]
    if not wrong:
        return []
    return [
        Error(
            f"SNS_TOPIC_ARNS has {wrong[0]!r}, which is no ARN of a topic.",
            hint="For example: SNS_TOPIC_ARNS=arn:aws:sns:eu-west-1:123456789012:mail-events",
            id="trending.E106",
        )
    ]


@register("trending", deploy=True)
def check_amazon_topics(**_kwargs: object) -> list[CheckMessage]:
    """W075: the subscription of Amazon's topic would not be confirmed."""
    if "amazon_ses" not in accepted_providers() or settings.SNS_TOPIC_ARNS or not secrets():
        return []
    return [
        Warning(
            "SNS_TOPIC_ARNS is empty: subscriptions of Amazon SNS are not confirmed, and events of "
            "each topic are taken in.",
            hint="Name the topic: SNS_TOPIC_ARNS=arn:aws:sns:eu-west-1:123456789012:mail-events",
            id="trending.W075",
        )
    ]


def _missing_setting(provider: str) -> str:
    """What the provider's view lacks: the first line of django-anymail's error, or nothing."""
    view = view_class(provider)
    try:
        if view:
            view()
    except (ImproperlyConfigured, AnymailError, ImportError) as error:
        return str(error).strip().splitlines()[0]
    return ""


@register("trending")
def check_contact_email(**_kwargs: object) -> list[CheckMessage]:
    """E085: an address in the foot of every page at which no mail arrives."""
    address = settings.CONTACT_EMAIL
    if not address or _is_mail_address(address):
        return []
    return [
        Error(
            f"CONTACT_EMAIL is {address!r}, which is no mail address.",
            hint="One address and nothing else, for example: CONTACT_EMAIL=editors@example.org",
            id="trending.E085",
        )
    ]


@register("trending")
def check_inbound_address(**_kwargs: object) -> list[CheckMessage]:
    """E100: an address under which none can be made, so that nothing comes back."""
    address = settings.INBOUND_ADDRESS
    local = address.rpartition("@")[0]
    if not address or (
        _is_mail_address(address) and "+" not in local and len(local) <= LONGEST_INBOUND
    ):
        return []
    return [
        Error(
            f"INBOUND_ADDRESS is {address!r}, under which no addresses can be made.",
            hint="One address and nothing else, without a plus, with at most "
            f"{LONGEST_INBOUND} characters before the @: INBOUND_ADDRESS=reply@in.example.org",
            id="trending.E100",
        )
    ]


@register("trending")
def check_forwarding(**_kwargs: object) -> list[CheckMessage]:
    """E101: what readers write has nowhere to go."""
    if not settings.INBOUND_ADDRESS or operator_address():
        return []
    return [
        Error(
            "INBOUND_ADDRESS is set, and there is no other address to which replies could be sent.",
            hint="Set CONTACT_EMAIL to an address that a person reads.",
            id="trending.E101",
        )
    ]


@register("trending")
def check_public_addresses(**_kwargs: object) -> list[CheckMessage]:
    """E086: a link in the foot of every page that leads nowhere."""
    return [
        Error(
            f"{name} is {address!r}, which is no address of the web.",
            hint=f"Begin it with https://, for example: {name}=https://example.org/page",
            id="trending.E086",
        )
        for name in ("CONTACT_URL", "CODE_URL")
        if (address := getattr(settings, name)) and not _is_web_address(address)
    ]


@register("trending", deploy=True)
def check_contact(**_kwargs: object) -> list[CheckMessage]:
    """W065: the page about privacy names no contact."""
    if settings.CONTACT_EMAIL or settings.CONTACT_URL:
        return []
    return [
        Warning(
            "The page about privacy names no contact for questions of readers.",
            hint="Set CONTACT_EMAIL or CONTACT_URL; the foot of each page shows it.",
            id="trending.W065",
        )
    ]


def _is_mail_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_web_address(text: str) -> bool:
    try:
        URLValidator(schemes=["https", "http"])(text)
    except ValidationError:
        return False
    return "@" not in urlsplit(text).netloc


@register("trending", deploy=True)
def check_lease_and_task(**_kwargs: object) -> list[CheckMessage]:
    """W004: a lease shorter than a task may run."""
    if settings.LEASE_SECONDS >= TASK_TIME_LIMIT:
        return []
    return [
        Warning(
            f"LEASE_SECONDS is {settings.LEASE_SECONDS}, less than a task may take.",
            hint=f"Set it to {TASK_TIME_LIMIT} or more, or mail still being sent becomes "
            "uncertain.",
            id="trending.W004",
        )
    ]


@register("trending", deploy=True)
def check_webhook(**_kwargs: object) -> list[CheckMessage]:
    """W005: bounces and complaints would stay unknown."""
    if secrets() or view_class(settings.MAIL_PROVIDER) is None:
        return []
    return [
        Warning(
            "ANYMAIL_WEBHOOK_SECRET is not set, so bounces and complaints stay unknown.",
            hint="Set it, and enter the URL at your provider: docs/providers.md, Provider events.",
            id="trending.W005",
        )
    ]
