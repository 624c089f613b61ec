"""Refuse a large body before anything reads it, whichever server runs the site.

The worker of config/server/worker.py refuses it earlier, before it has arrived. This middleware
holds the same limit under Django's own server and any other.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from config.server.limits import TOO_LARGE, is_unread, largest_body


class BodyLimitMiddleware:
    """413 by the declared length. Django reads no body beyond that length, nor one without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if _length(request) > largest_body(path) and not is_unread(path):
            return HttpResponse(TOO_LARGE, status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    """The declared length; 0 for what is no number, as Django reads it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
