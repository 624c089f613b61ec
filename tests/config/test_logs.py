"""URLs hold tokens, so no log line may hold the URL of a reader's own page."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from pytest_django import Settings

from config.logs import AddressFilter, GunicornFilter, RouteMiddleware, TokenFilter, route_of
from config.urls import urlpatterns as site

TOKEN = "dGhpcyBpcyBhIHNlY3JldA"


def fails(_request: HttpRequest, token: str) -> HttpResponse:
    raise RuntimeError(f"the view is broken by {token}")


@csrf_protect
def asks(_request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse("asked")


urlpatterns = [
    path("fails/<str:token>/", fails),
    path("asks/<str:token>/", asks),
    *site,
]
here = override_settings(ROOT_URLCONF=__name__)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The output of the console: the filter is on the handler, as in the settings."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(TokenFilter())
    handler.addFilter(AddressFilter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_the_settings_put_the_filter_on_every_handler() -> None:
    handlers: dict[str, dict[str, object]] = settings.LOGGING["handlers"]  # type: ignore[assignment]
    assert handlers
    assert all(handler["filters"] == ["tokens", "addresses"] for handler in handlers.values())


@pytest.mark.parametrize("name", ["django", "django.request", "django.security.csrf"])
def test_no_logger_of_django_has_a_handler_without_the_filter(name: str) -> None:
    assert logging.getLogger(name).handlers == []


@here
def test_a_missing_page_is_logged_without_its_url(client: Client, log: io.StringIO) -> None:
    assert client.get(f"/unsubscribe/{TOKEN}/more/").status_code == 404
    assert "Not Found: (no such page)" in log.getvalue()
    assert TOKEN not in log.getvalue()


@here
def test_a_url_with_an_escaped_letter_is_left_out_too(client: Client, log: io.StringIO) -> None:
    client.raise_request_exception = False
    client.get(f"/no-such-page/{TOKEN}%C3%A9%00/")
    client.get(f"/fails/{TOKEN}%C3%A9/")
    assert "Not Found: (no such page)" in log.getvalue()
    assert "Internal Server Error: /fails/<str:token>/" in log.getvalue()
    assert TOKEN not in log.getvalue()


@here
def test_a_broken_view_is_logged_by_its_route(client: Client, log: io.StringIO) -> None:
    client.raise_request_exception = False
    assert client.get(f"/fails/{TOKEN}/?to={TOKEN}").status_code == 500
    assert "Internal Server Error: /fails/<str:token>/" in log.getvalue()
    assert "RuntimeError: the view is broken by …" in log.getvalue()
    assert TOKEN not in log.getvalue()


@here
def test_a_refused_cross_site_request_is_logged_without_its_referer(log: io.StringIO) -> None:
    client = Client(enforce_csrf_checks=True)
    headers = {"referer": f"https://elsewhere.example/confirm/{TOKEN}/"}
    answer = client.post(f"/asks/{TOKEN}/", headers=headers, secure=True)
    assert answer.status_code == 403
    assert "https://elsewhere.example/…" in log.getvalue()
    assert "/asks/<str:token>/" in log.getvalue()
    assert TOKEN not in log.getvalue()


@here
def test_the_access_log_finds_the_route_and_not_the_path() -> None:
    request = RequestFactory().get("/")
    request.resolver_match = Client().get(f"/asks/{TOKEN}/").resolver_match
    RouteMiddleware(lambda _request: HttpResponse())(request)
    assert request.META["route"] == route_of(request) == "/asks/<str:token>/"


def record_of(message: str, *words: object) -> logging.LogRecord:
    return logging.LogRecord("gunicorn.error", logging.WARNING, "", 0, message, words, None)


@pytest.mark.parametrize(
    "message",
    [
        f"Invalid request from ip=10.0.0.1: Invalid HTTP request line: 'GET /r/{TOKEN}/1 HTTP/9'",
        f"Invalid request from ip=10.0.0.1: 'GET http://host/confirm/{TOKEN}'",
        f"Error handling request POST /unsubscribe/{TOKEN}",
    ],
)
def test_gunicorns_messages_lose_the_url(message: str) -> None:
    record = record_of(message)
    assert GunicornFilter().filter(record)
    assert TOKEN not in record.getMessage()
    assert record.getMessage().startswith(message[:22])


def test_gunicorns_other_lines_stay_as_they_are() -> None:
    record = record_of("Listening at: %s (%d)", "http://0.0.0.0:8000", 7)
    assert GunicornFilter().filter(record)
    assert record.getMessage() == "Listening at: http://0.0.0.0:8000 (7)"


# ── addresses ────────────────────────────────────────────────────────────────


def test_a_line_names_no_reader(log: io.StringIO) -> None:
    logging.getLogger("any").error("refused: %s, %d", "<ada@example.org> is unknown", 550)
    assert log.getvalue() == "refused: <…> is unknown, 550\n"


def test_a_traceback_names_no_reader(log: io.StringIO) -> None:
    error = ValueError("Key (email)=(ada@example.org) already exists")
    logging.getLogger("any").error("not stored", exc_info=error)
    assert "ada" not in log.getvalue()
    assert "ValueError: Key (email)=(…) already exists" in log.getvalue()


def test_our_own_address_and_a_postmasters_stay(log: io.StringIO, settings: Settings) -> None:
    settings.MAIL_DOMAIN = "papers.example.org"
    line = "digest@papers.example.org is rejected, ask postmaster@example.com"
    logging.getLogger("any").error(line)
    assert log.getvalue() == f"{line}\n"


def test_a_line_that_cannot_be_formatted_is_left_to_logging(log: io.StringIO) -> None:
    record = logging.LogRecord("any", logging.ERROR, "file", 1, "%d", ("x",), None)
    assert AddressFilter().filter(record)
    assert record.args == ("x",)
