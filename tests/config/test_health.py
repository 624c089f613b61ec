from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from config import health


def test_a_running_process_is_healthy_without_any_store(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_ready_process_reaches_its_stores(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_a_probe_needs_no_host_name_and_no_https(
    client: Client, settings: Settings, path: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200


def _no_database() -> None:
    raise OperationalError("password authentication failed for user hunter2")


def test_without_its_database_a_process_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(health, "_query_database", _no_database)
    with caplog.at_level(logging.WARNING):
        response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"no database\n")
    assert "database does not answer: OperationalError" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.fixture
def _unreachable_redis(settings: Settings) -> Iterator[None]:
    reachable = settings.CACHES
    nowhere = {**reachable["default"], "LOCATION": "unix:///nonexistent/valkey.sock"}
    settings.CACHES = {"default": nowhere}
    yield
    settings.CACHES = reachable
    caches["default"].clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("_unreachable_redis")
def test_without_its_redis_a_process_is_not_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"no redis\n")
