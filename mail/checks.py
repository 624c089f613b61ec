"""`manage.py check` on the mail provider, the SMTP server and the sender.

docs/settings.md lists every id.
"""

from __future__ import annotations

import importlib
import math
import re

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from mail.addresses import ascii_address, split_address, split_addresses
from mail.dkim.checks import check_dkim
from mail.ehlo import is_accepted, is_local
from mail.headers import is_sender_id, list_id
from mail.providers import known_providers
from mail.receiving.checks import check_receiving
from mail.smtp.opening import tls_context

# Fields of Feedback-ID before the sender.
_IDENTIFIERS = {
    *("daily", "weekly", "monthly", "digest", "transactional", "confirm", "manage", "address"),
    *("in_use", "moved", "welcome", "goodbye", "paused"),
}
# Domains of mailboxes that anyone can have, and of which only the provider may send.
_MAILBOXES = re.compile(
    r"(?:aol|gmx|hotmail|live|outlook|rocketmail|windowslive|yahoo|yandex|ymail)"
    r"\.(?:com|net|[a-z]{2}|com?\.[a-z]{2})"
    r"|(?:gmail|googlemail|msn|icloud|me|mac|mail|fastmail|hey|protonmail|tutanota|zoho|qq|163|126"
    r"|foxmail|sina|naver|rediffmail|btinternet)\.com"
    r"|proton\.me|pm\.me|tuta\.(?:com|io)|fastmail\.fm|zohomail\.(?:com|eu)"
    r"|(?:web|t-online|freenet|posteo|mailbox)\.(?:de|org)"
    r"|(?:orange|wanadoo|free|sfr|laposte)\.(?:fr|net)"
    r"|(?:mail|bk|inbox|list|internet)\.ru|(?:daum|hanmail|comcast|att|verizon|cox|sbcglobal)\.net"
    r"|libero\.it|seznam\.cz|(?:wp|o2|onet)\.pl|(?:uol|bol)\.com\.br|bluewin\.ch|ukr\.net"
)


@register("trending")
def errors(**_kwargs: object) -> list[CheckMessage]:
    """The errors of this module; Django calls it for `check`, `migrate` and a starting worker."""
    return [
        *check_provider(),
        *check_smtp(),
        *check_sender(),
        *check_ascii(),
        *check_sender_domain(),
        *check_list_id(),
        *check_name(),
        *check_ca_file(),
        *check_feedback_id(),
        *check_dkim(),
        *check_streams(),
        *check_receiving(),
    ]


@register("trending", deploy=True)
def warnings(**_kwargs: object) -> list[CheckMessage]:
    """The warnings of this module; Django calls it for `check --deploy`."""
    return check_public_name()


def check_provider() -> list[CheckMessage]:
    """E001: an unknown provider. E002: a key is missing that the provider needs."""
    if settings.MAIL_PROVIDER not in known_providers():
        return [
            Error(
                f"MAIL_PROVIDER is {settings.MAIL_PROVIDER!r}, which is no known provider.",
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
            hint=f"Set {missing} in the environment or in .env; see docs/settings.md.",
            id="trending.E002",
        )
    ]


def missing_provider_setting(provider: str) -> str:
    """The first environment variable that the provider still needs, or nothing.

    Found by django-anymail itself: its backends raise an error without their keys. Nothing is
    sent, and no connection is opened.
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
    """Amazon SES finds its keys in many places, but its region must be set."""
    session = settings.ANYMAIL.get("AMAZON_SES_SESSION_PARAMS", {})
    client = settings.ANYMAIL.get("AMAZON_SES_CLIENT_PARAMS", {})
    boto3 = importlib.import_module("boto3")  # slow to import, and only Amazon needs it
    return bool(client.get("region_name") or boto3.session.Session(**session).region_name)


def check_smtp() -> list[CheckMessage]:
    """E003: a server that does not reply would block its worker. E004: two kinds of TLS."""
    found: list[CheckMessage] = []
    if not 0 < (settings.EMAIL_TIMEOUT or 0) < math.inf:
        found.append(
            Error(
                "EMAIL_TIMEOUT must be more than 0 seconds.",
                hint="Leave it at 30: without it a mail server that hangs blocks its worker.",
                id="trending.E003",
            )
        )
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        found.append(
            Error(
                "EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other.",
                hint="Port 587 needs EMAIL_USE_TLS=true, port 465 EMAIL_USE_SSL=true.",
                id="trending.E004",
            )
        )
    return found


def check_sender() -> list[CheckMessage]:
    """E008: MAIL_FROM, MAIL_REPLY_TO, TRANSACTIONAL_FROM must be addresses."""
    names = ("MAIL_FROM", "MAIL_REPLY_TO", "TRANSACTIONAL_FROM")
    addresses = {name: getattr(settings, name) for name in names}
    return [
        Error(
            f"{name} is {value!r}, which contains no mail address.",
            hint=f"For example: {name}=Trending Papers <digest@papers.example.org>",
            id="trending.E008",
        )
        for name, value in addresses.items()
        if (value or name == "MAIL_FROM") and not _is_address(value)
    ]


def check_name() -> list[CheckMessage]:
    """E040: a name that mail servers refuse, each mail with it."""
    name = settings.EHLO_NAME
    if settings.MAIL_PROVIDER != "smtp" or not name or is_accepted(name):
        return []
    return [
        Error(
            f"EHLO_NAME is {name!r}, which mail servers do not accept as the name of a machine.",
            hint="Set it to a full name in ASCII, such as papers.example.org, or to an address in "
            "brackets, such as [192.0.2.7].",
            id="trending.E040",
        )
    ]


def check_ca_file() -> list[CheckMessage]:
    """E041: without its certificates no connection could be encrypted."""
    try:
        tls_context(settings.EMAIL_SSL_CA_FILE)
    except ImproperlyConfigured as error:
        hint = "Name a file with the CA's certificate in PEM: -----BEGIN CERTIFICATE----- …"
        return [Error(str(error), hint=hint, id="trending.E041")]
    return []


def check_public_name() -> list[CheckMessage]:
    """W040: a name that servers on the internet cannot look up. W041: a CA file without TLS."""
    found: list[CheckMessage] = []
    if settings.MAIL_PROVIDER != "smtp":
        return found
    if not settings.EHLO_NAME or is_local(settings.EHLO_NAME):
        found.append(
            Warning(
                f"EHLO_NAME is {settings.EHLO_NAME!r}, which no server on the internet can look "
                "up.",
                hint="Set it to the public name of this machine; many servers refuse others.",
                id="trending.W040",
            )
        )
    if settings.EMAIL_SSL_CA_FILE and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        found.append(
            Warning(
                "EMAIL_SSL_CA_FILE is set, but no connection to the mail server is encrypted.",
                hint="Set EMAIL_USE_TLS=true (port 587) or EMAIL_USE_SSL=true (port 465).",
                id="trending.W041",
            )
        )
    return found


def check_ascii() -> list[CheckMessage]:
    """E070: an address that not every mail server accepts, or that is none in a header."""
    return [
        Error(
            f"{name} has the address {address!r}, which mail servers do not accept.",
            hint="Before the @ only ASCII letters, digits and . _ + - are accepted everywhere, "
            "after it a domain, with umlauts or without.",
            id="trending.E070",
        )
        for name in ("MAIL_FROM", "MAIL_REPLY_TO", "TRANSACTIONAL_FROM", "CONTACT")
        for address in _addresses(getattr(settings, name))
        if not _is_ascii(address)
    ]


def check_list_id() -> list[CheckMessage]:
    """E071: a List-Id whose identifier cannot be a domain, in every digest."""
    try:
        list_id(settings.LIST_ID)
    except ValueError:
        return [
            Error(
                f"LIST_ID is {settings.LIST_ID!r}, whose identifier is not like a domain.",
                hint="For example: LIST_ID=Trending Papers <digest.papers.example.org>",
                id="trending.E071",
            )
        ]
    return []


def check_feedback_id() -> list[CheckMessage]:
    """E096: a sender that Gmail does not take, or that is an identifier of another field."""
    sender = settings.FEEDBACK_SENDER_ID
    if is_sender_id(sender) and sender.lower() not in _IDENTIFIERS:
        return []
    return [
        Error(
            f"FEEDBACK_SENDER_ID is {sender!r}, which cannot be the sender in Feedback-ID.",
            hint="Give it 5 to 15 ASCII letters, digits, dots or hyphens, such as papersexample; "
            "leave it empty to have one made of MAIL_FROM.",
            id="trending.E096",
        )
    ]


def check_streams() -> list[CheckMessage]:
    """W073: a setting of a provider's stream that this provider does not have."""
    streams = ["MESSAGE_STREAM", "TRANSACTIONAL_MESSAGE_STREAM"]
    extra = ["ESP_EXTRA", "TRANSACTIONAL_ESP_EXTRA"]
    names = [] if settings.MAIL_PROVIDER == "postmark" else streams
    names += extra if settings.MAIL_PROVIDER == "smtp" else []
    return [
        Warning(
            f"{name} is set, and MAIL_PROVIDER={settings.MAIL_PROVIDER} has no use for it.",
            hint="Only Postmark has message streams; over SMTP there are no fields beside a mail. "
            "For other providers set ESP_EXTRA and TRANSACTIONAL_ESP_EXTRA.",
            id="trending.W073",
        )
        for name in names
        if getattr(settings, name)
    ]


def _addresses(value: str) -> list[str]:
    """The addresses of a setting; what holds none is refused as E008."""
    found = [split_address(one)[1] for one in split_addresses(value)]
    return [address for address in found if all(address.rpartition("@"))]


def _is_ascii(address: str) -> bool:
    try:
        return ascii_address(address).isascii()
    except ValueError:
        return False


def check_sender_domain() -> list[CheckMessage]:
    """W057: mailbox providers refuse mail of their domains that others send (DMARC)."""
    domain = settings.MAIL_DOMAIN.lower().strip(".")
    if settings.LOCAL or not _MAILBOXES.fullmatch(domain):
        return []
    return [
        Warning(
            f"MAIL_FROM is at {domain}, a mailbox provider's domain: mail from it that another "
            "server sends is refused or put into spam.",
            hint="Set MAIL_FROM to an address of a domain that is yours, with SPF, DKIM and DMARC.",
            id="trending.W057",
        )
    ]


def _is_address(value: str) -> bool:
    addresses = [split_address(one)[1].rpartition("@") for one in split_addresses(value)]
    return all(local_part and at and domain for local_part, at, domain in addresses)
