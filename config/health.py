"""Three addresses for whoever watches the process.

`/healthz`: this process answers. `/readyz`: it reaches the database and Redis too. `/metrics`:
how far the mails are, for those who have the token. They are answered before anything else, so
a probe needs no host name and no HTTPS.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from redis import RedisError

from config import metrics

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """The first middleware: these addresses need none of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return _plain("ok", 200)
        if request.path_info == "/readyz":
            missing = what_is_missing()
            return _plain(f"no {' or '.join(missing)}", 503) if missing else _plain("ok", 200)
        if request.path_info == "/metrics":
            return metrics.answer(request)
        return self.get_response(request)


def what_is_missing() -> list[str]:
    """The stores that do not answer, by name; the reason goes to the log, never to the page."""
    missing = []
    for name, ask in (("database", _ask_database), ("redis", _ask_redis)):
        try:
            ask()
        except (DatabaseError, RedisError) as error:
            logger.warning("%s does not answer: %s", name, type(error).__name__)
            missing.append(name)
    return missing


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    cache.get("readyz")


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
