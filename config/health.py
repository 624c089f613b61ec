"""Three addresses for monitoring.

`/healthz`: this process answers. `/readyz`: it reaches the database and Redis too. `/metrics`:
how far the mails are, for a client with the token (newsletter/metrics.py). A middleware answers
them, before ALLOWED_HOSTS and the redirect to HTTPS apply: config/urls.py comes after both, and a
probe knows neither the site's host name nor its certificate.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from redis import RedisError

from newsletter import metrics
from web.sql import rows

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """The first middleware: these addresses need none of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return _plain("ok", 200)
        if request.path_info == "/readyz":
            missing = missing_stores()
            return _plain(f"no {' or '.join(missing)}", 503) if missing else _plain("ok", 200)
        if request.path_info == "/metrics":
            return metrics.view(request)
        return self.get_response(request)


def missing_stores() -> list[str]:
    """The stores that do not answer, by name; the reason goes to the log, never to the page."""
    missing = []
    for name, query in (("database", _query_database), ("redis", _query_redis)):
        try:
            query()
        except (DatabaseError, RedisError) as error:
            logger.warning("%s does not answer: %s", name, type(error).__name__)
            missing.append(name)
    return missing


def _query_database() -> None:
    rows("SELECT 1")


def _query_redis() -> None:
    cache.get("readyz")


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
