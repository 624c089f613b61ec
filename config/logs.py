"""Log lines without tokens and addresses: a URL may hold the token of a reader, so none is logged.

Anyone who reads a log could otherwise unsubscribe readers or change their preferences. Each
place that would log a URL logs its *route* instead: `unsubscribe/<str:token>/`.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from gunicorn.glogging import Logger

from mail.without_address import without_address

ROUTE = "route"  # the key in request.META; the access log's format names it (config/gunicorn.py)
_QUIET_SECONDS = 60.0
_LONGEST_REFUSAL = 200  # it quotes the Host header, which has up to 8 KB
_SHORTEST_TOKEN = 16  # shorter parts of a path are slugs, days and numbers
_URL = re.compile(r"(https?://[^/\s]+)/\S*")
_PATH = re.compile(r"/[^\s'\"]*")


def route_of(request: HttpRequest) -> str:
    """The pattern that the URL matched, without the values of its placeholders."""
    match = request.resolver_match
    return f"/{match.route}" if match else "(no such page)"


class RouteMiddleware:
    """Store the route where gunicorn's access log reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # The cache of pages knows the route of a page that no URL was matched for.
        request.META.setdefault(ROUTE, route_of(request))
        return response


class TokenFilter(logging.Filter):
    """Rewrite Django's lines about a request ("Not Found: /…"); its record has it as `request`."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if not isinstance(request, HttpRequest):
            return True
        if isinstance(record.args, tuple):
            record.args = tuple(
                _scrub(text, request) if isinstance(text, str) else text for text in record.args
            )
        if record.exc_info:
            # Formatters print this text instead of making it; an error's text may hold the URL.
            whole = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_text = _scrub(whole, request)
        return True


def _scrub(text: str, request: HttpRequest) -> str:
    """The text without the request's own URL, its tokens, and the path of any other URL."""
    for address in (request.get_full_path(), request.path):
        if address != "/":
            text = _without(text, address, route_of(request))
    match = request.resolver_match
    for token in match.kwargs.values() if match else ():
        if isinstance(token, str) and len(token) >= _SHORTEST_TOKEN:
            text = _without(text, token, "…")
    return _URL.sub(r"\1/…", text)  # the Referer, in a refused cross-site request


def _without(text: str, secret: str, instead: str) -> str:
    """Django escapes what it logs, so a secret with an é or a line feed appears in two forms."""
    escaped = secret.encode("unicode_escape").decode("ascii")
    return text.replace(secret, instead).replace(escaped, instead)


class AddressFilter(logging.Filter):
    """Cut mail addresses out of every line, and out of the traceback below it.

    An error's text may repeat what a server answered, or the row that it could not store. The
    addresses of our own domain stay: they tell which setting is wrong.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            record.msg, record.args = self._cut(record.getMessage()), None
        except (TypeError, ValueError):
            return True  # values that do not fit the format: logging itself reports that
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        if record.exc_text:
            record.exc_text = self._cut(record.exc_text)
        return True

    def _cut(self, text: str) -> str:
        return without_address(text, ours=settings.MAIL_DOMAIN)


class RefusalFilter(logging.Filter):
    """Log a request that Django refuses (a host that is not ours, a form too large) in one line.

    Anyone can send such requests, and Django logs each as an error with a traceback. One of a kind
    is logged each minute; the next line says how many were left out. The access log has them all.
    """

    def __init__(self, name: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name)
        self._clock, self._lock = clock, threading.Lock()
        self._logged_at: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        is_refusal = record.name.startswith("django.") and getattr(record, "status_code", 500) < 500
        if not (is_refusal and record.exc_info):
            return True
        with self._lock:
            now, kind = self._clock(), record.name
            if now - self._logged_at.get(kind, -_QUIET_SECONDS) < _QUIET_SECONDS:
                self._left_out[kind] += 1
                return False
            self._logged_at[kind] = now
            count = self._left_out.pop(kind, 0)
        more = f" (and {count} more since the last such line)" if count else ""
        record.msg = f"{kind.rpartition('.')[2]}: {_one_line(record.getMessage())}{more}"
        record.args = record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def _one_line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= _LONGEST_REFUSAL else f"{shown[:_LONGEST_REFUSAL]} …"


class GunicornFilter(logging.Filter):
    """Remove URLs from gunicorn's own messages about a bad request."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if message.startswith(("Invalid request", "Error handling request")):
            record.msg, record.args = _PATH.sub("/…", message), None
        return True


class GunicornLogger(Logger):  # type: ignore[misc]  # it has no types
    """Gunicorn's logger with that filter."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.addFilter(GunicornFilter())
