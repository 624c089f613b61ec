"""`/metrics`: for those who have the token, and there before anything else."""

from __future__ import annotations

import pytest
from django.core.checks import CheckMessage
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from config.checks import check_metrics_token

TOKEN = "f2d0c95a3b7e41d68c0f"


@pytest.fixture(autouse=True)
def _token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.mark.django_db
def test_who_has_the_token_reads_metrics(client: Client) -> None:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert b"# TYPE trending_deliveries gauge\n" in answer.content


@pytest.mark.django_db
def test_a_scraper_needs_no_host_name_and_no_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    headers = {"authorization": f"Bearer {TOKEN}", "host": "10.0.0.7:8000"}
    assert client.get("/metrics", headers=headers).status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", TOKEN, "Bearer tokén"])
def test_nobody_else_does(client: Client, given: str) -> None:
    answer = client.get("/metrics", headers={"authorization": given})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"trending_" not in answer.content


@pytest.mark.parametrize("given", ["", "Bearer "])
def test_without_a_token_in_the_settings_there_is_no_such_page(
    client: Client, settings: Settings, given: str
) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


def test_without_a_database_it_says_so_and_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> str:
        raise OperationalError("password authentication failed for user hunter2")

    monkeypatch.setattr("newsletter.metrics.metrics", gone)
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.content) == (503, b"no database\n")


def found(settings: Settings, token: str) -> list[CheckMessage]:
    settings.METRICS_TOKEN = token
    return check_metrics_token()


@pytest.mark.parametrize("token", ["", TOKEN])
def test_a_good_token_or_none_passes_the_check(settings: Settings, token: str) -> None:
    assert found(settings, token) == []


@pytest.mark.parametrize("token", ["secret", f"{TOKEN} {TOKEN}", f"{TOKEN}é"])
def test_a_token_that_can_be_guessed_does_not(settings: Settings, token: str) -> None:
    [error] = found(settings, token)
    assert error.id == "trending.E017"
    assert token not in error.msg
