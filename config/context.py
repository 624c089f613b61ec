"""Template variables of every page: the URL of the site, and whether it has a local mailbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, Any]:
    return {"site_url": settings.SITE_URL, "mailbox_is_open": bool(settings.MAILBOX_DIR)}
