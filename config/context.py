"""What every page may name: the site's own facts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, Any]:
    return {"site_url": settings.SITE_URL, "mailbox_is_open": bool(settings.MAILBOX_DIR)}
