from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from config.health.unavailable import server_error

ERRORS = {
    "away": OperationalError("password of hunter2 refused"),
    "closed": InterfaceError("the connection is closed"),
    "mistake": DataError("a programmer's mistake"),
}


def raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(_request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [path(f"{name}/", raising(error)) for name, error in ERRORS.items()]
urlpatterns += [path(f"api/{name}/", raising(error)) for name, error in ERRORS.items()]
handler500 = server_error


@pytest.fixture
def visitor(settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("name", ["away", "closed"])
def test_a_page_that_loses_its_database_is_503(
    visitor: Client, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    response = visitor.get(f"/{name}/")
    assert response.status_code == 503
    assert "We will be back in a moment" in response.content.decode()
    assert (response["Retry-After"], response["Cache-Control"]) == ("30", "no-store")
    assert "hunter2" not in response.content.decode()
    [record] = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert (record.getMessage(), record.exc_info) == (f"Service Unavailable: /{name}/", None)


def test_another_error_of_the_database_stays_500(visitor: Client) -> None:
    response = visitor.get("/mistake/")
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


@pytest.mark.django_db
def test_the_api_says_it_in_json(visitor: Client) -> None:
    response = visitor.get("/api/away/")
    assert (response.status_code, response.json()) == (
        503,
        {"error": "The database cannot be reached. Try again in a minute."},
    )


@pytest.mark.django_db
def test_a_middleware_that_loses_the_database_is_503(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(SessionStore, "__init__", lost)
    assert visitor.get("/mistake/").status_code == 503
