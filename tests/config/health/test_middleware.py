from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import Client
from pytest_django import Settings

from config.celery import note_tick


@pytest.fixture(autouse=True)
def _ticks() -> None:
    """Beat and a worker are at work: a web process that is old enough asks for their signs."""
    note_tick("beat")
    note_tick("worker")


def test_a_running_process_is_healthy_without_any_store(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.parametrize("path", ["/readyz", "/readyz?for=pages", "/readyz?for=nothing"])
@pytest.mark.django_db
def test_a_ready_process_reaches_all_that_work_needs(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_a_probe_needs_no_host_name_and_no_https(
    client: Client, settings: Settings, path: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/readyz", "/readyz?for=pages"])
@pytest.mark.django_db
def test_without_its_database_a_process_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setitem(connections.settings["default"], "NAME", "hunter2")
    response = client.get(path)
    assert (response.status_code, response.content) == (
        503,
        b"no database: it does not answer\n",
    )


@pytest.fixture
def _unreachable_redis(settings: Settings) -> Iterator[None]:
    reachable = settings.CACHES
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    settings.CACHES = {"default": {**reachable["default"], "LOCATION": settings.REDIS_URL}}
    yield
    settings.CACHES = reachable
    caches["default"].clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("_unreachable_redis")
def test_without_its_redis_work_stops_and_pages_go_on(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"no redis: it does not answer\n")
    assert client.get("/readyz?for=pages").status_code == 200
