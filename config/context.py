"""Template variables of every page: the site's URL, whom to ask, and if there is a mailbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, Any]:
    return {
        "site_url": settings.SITE_URL,
        "contact_url": contact_url(),
        "mailbox_is_open": bool(settings.MAILBOX_DIR),
    }


def contact_url() -> str:
    """Where a reader asks a question: a page, else a mail address; "" without either."""
    if settings.CONTACT_URL:
        return str(settings.CONTACT_URL)
    return f"mailto:{settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else ""
