"""`/metrics` for Prometheus, to whoever has METRICS_TOKEN. Without one there is no such page."""

from __future__ import annotations

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from newsletter import metrics as ledger


def answer(request: HttpRequest) -> HttpResponse:
    """The metrics as text; 404, 401 or 503 in one line when there are none to show."""
    if not settings.METRICS_TOKEN:
        return _line("METRICS_TOKEN is not set", 404)
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return _line("Authorization: Bearer METRICS_TOKEN", 401)
    try:
        return _text(ledger.metrics(), 200, ledger.CONTENT_TYPE)
    except DatabaseError:
        return _line("no database", 503)


def _line(text: str, status: int) -> HttpResponse:
    answered = _text(f"{text}\n", status, "text/plain; charset=utf-8")
    if status == 401:
        answered["WWW-Authenticate"] = "Bearer"
    return answered


def _text(text: str, status: int, content_type: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(text, status=status, content_type=content_type, headers=headers)
