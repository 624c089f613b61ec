"""URLs hold tokens, so no log line may hold the URL of a reader's own page."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from pytest_django import Settings

from config.logs import (
    AddressFilter,
    GunicornFilter,
    RefusalFilter,
    RouteMiddleware,
    TokenFilter,
    route_of,
)
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
    handler.addFilter(RefusalFilter(clock=lambda: time.time()))  # noqa: PLW0108 (time_machine sets it later)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_the_settings_put_both_filters_on_every_handler() -> None:
    handlers: dict[str, dict[str, object]] = settings.LOGGING["handlers"]  # type: ignore[assignment]
    assert handlers
    assert all(
        handler["filters"] == ["tokens", "refusals", "addresses"] for handler in handlers.values()
    )


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


# ── what Django refuses ──────────────────────────────────────────────────────


def test_a_wrong_host_is_one_line_without_a_traceback(client: Client, log: io.StringIO) -> None:
    answer = client.get(f"/asks/{TOKEN}/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert len(answer.content) < 4000
    (line,) = log.getvalue().splitlines()
    assert line.startswith("DisallowedHost: Invalid HTTP_HOST header: 'evil.example'.")
    assert TOKEN not in line


def test_a_flood_of_wrong_hosts_is_a_line_a_minute(client: Client, log: io.StringIO) -> None:
    with time_machine.travel("2026-11-30 12:00", tick=False) as clock:
        for number in range(50):
            client.get("/", headers={"host": f"evil-{number}.example"})
        assert log.getvalue().count("\n") == 1
        clock.shift(61)
        client.get("/", headers={"host": "evil.example"})
    assert log.getvalue().count("\n") == 2
    assert log.getvalue().endswith(" (and 49 more since the last such line)\n")


@pytest.mark.parametrize("host", ["x" * 8000, "a\x1b[31mb", "\u202ea", "a b", "[::1", "a:b:c", ""])
def test_no_host_makes_a_long_or_a_second_line(host: str, log: io.StringIO) -> None:
    assert Client().get("/", HTTP_HOST=host).status_code == 400
    (line,) = log.getvalue().splitlines()
    assert len(line) < 300
    assert line.isprintable()


def test_a_body_that_cannot_be_read_is_one_line(client: Client, log: io.StringIO) -> None:
    form = "multipart/form-data"  # without a boundary
    answer = client.generic("POST", f"/subscribe/?{TOKEN}", b"x", content_type=form)
    assert answer.status_code < 500
    assert "Traceback" not in log.getvalue()
    assert TOKEN not in log.getvalue()


@here
def test_an_error_of_ours_keeps_its_traceback(client: Client, log: io.StringIO) -> None:
    client.raise_request_exception = False
    for _ in range(2):
        client.get(f"/fails/{TOKEN}/")
    assert log.getvalue().count("Traceback") == 2


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
