"""`manage.py check` on the mail provider's reports. docs/settings.md lists every id."""

from __future__ import annotations

import re
from typing import Final

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.core.exceptions import ImproperlyConfigured

from newsletter.events.webhook import secrets, view_class

# It becomes part of an address, in which other characters mean something else.
_SECRET: Final = re.compile(r"[A-Za-z0-9._~-]+:[A-Za-z0-9._~-]{20,}")


def check_webhook_secret() -> list[CheckMessage]:
    """E018: a secret that can be guessed, or that no address can carry; or another key missing."""
    wrong = [secret for secret in secrets() if not _SECRET.fullmatch(secret)]
    if wrong:
        return [
            Error(
                "ANYMAIL_WEBHOOK_SECRET is not a name, a colon and 20 or more letters and digits.",
                hint="Make one with: echo reports:$(openssl rand -hex 20)",
                id="trending.E018",
            )
        ]
    missing = _missing_setting() if secrets() else ""
    if not missing:
        return []
    return [
        Error(
            f"Reports of MAIL_PROVIDER={settings.MAIL_PROVIDER} cannot be taken in: {missing}",
            hint="docs/providers.md tells what each provider needs beside ANYMAIL_WEBHOOK_SECRET.",
            id="trending.E018",
        )
    ]


def _missing_setting() -> str:
    """What the provider's view lacks, in django-anymail's words, of which the first line does."""
    view = view_class(settings.MAIL_PROVIDER)
    try:
        if view:
            view()
    except (ImproperlyConfigured, AnymailError, ImportError) as error:
        return str(error).strip().splitlines()[0]
    return ""


def check_webhook() -> list[CheckMessage]:
    """W005: nobody would learn of bounces and complaints."""
    if secrets() or view_class(settings.MAIL_PROVIDER) is None:
        return []
    return [
        Warning(
            "ANYMAIL_WEBHOOK_SECRET is not set, so bounces and complaints are not heard of.",
            hint="Set it, and enter the address at your provider: docs/providers.md, Reports.",
            id="trending.W005",
        )
    ]
