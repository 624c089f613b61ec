"""503 instead of 500 while the database is away: the visitor may try again, and so may a cache.

The log has one line for each such request, without a traceback: an outage would fill it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.views import defaults

# Refused, lost, timed out, shut down, too many connections: none is an error of this program.
_AWAY: Final = (OperationalError, InterfaceError)


class UnavailableMiddleware:
    """For what a view or its template raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return page() if isinstance(error, _AWAY) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500 of config/urls.py: for what a middleware raises (a session, a user)."""
    return page() if isinstance(sys.exc_info()[1], _AWAY) else defaults.server_error(request)


def page() -> HttpResponse:
    """The page, made without the request: its user is in the database."""
    headers = {"Retry-After": "30", "Cache-Control": "no-store"}
    return HttpResponse(get_template("503.html").render(), status=503, headers=headers)
