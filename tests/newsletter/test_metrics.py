"""GET /metrics: kept counters by edition and state, nothing about one subscriber."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.exposition import generate_latest
from pytest_django import DjangoAssertNumQueries, Settings

from mail import relay
from mail.outcome import of_opening
from mail.relay import Relay, RelayState
from newsletter.delivery.restored import resume_sending
from newsletter.metrics import NEWEST, EditionCollector, metrics_of, metrics_of_relay
from newsletter.models import ClockReading, DatabaseOrigin, Edition
from tests.factories import make_delivery, make_edition, make_subscriber
from web.counters import count

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)
TOKEN = "f2d0c95a3b7e41d68c0f"
WEEKLY = {"cadence": "weekly", "day": "2025-03-14"}


def edition(**changes: object) -> Edition:
    return Edition(pk=7, cadence="weekly", day=date(2025, 3, 14), **changes)


def metrics() -> str:
    return generate_latest(EditionCollector()).decode()


# ── what is in them ──────────────────────────────────────────────────────────


def test_every_state_of_an_edition_has_a_sample() -> None:
    counts = {7: {"sent": 1200, "failed": 3}}
    deliveries, complaints, paused, _cancelled = metrics_of([edition()], counts)
    names = ["trending_deliveries", "trending_complaints", "trending_edition_paused"]
    assert [metric.name for metric in (deliveries, complaints, paused)] == names
    assert {sample.labels["state"]: sample.value for sample in deliveries.samples} == {
        "queued": 0,
        "sending": 0,
        "sent": 1200,
        "deferred": 0,
        "failed": 3,
        "uncertain": 0,
        "skipped": 0,
    }
    assert {frozenset(sample.labels.items()) for sample in complaints.samples + paused.samples} == {
        frozenset(WEEKLY.items())
    }


@pytest.mark.parametrize(("paused_at", "value"), [(None, 0), (NOW, 1)])
def test_a_paused_edition_can_raise_an_alarm(paused_at: datetime | None, value: int) -> None:
    [sample] = metrics_of([edition(paused_at=paused_at)], {})[2].samples
    assert (sample.labels, sample.value) == (WEEKLY, value)


def test_a_cancelled_edition_is_not_paused() -> None:
    both = edition(paused_at=NOW, cancelled_at=NOW)
    *_, paused, cancelled = metrics_of([both], {})
    assert [paused.samples[0].value, cancelled.samples[0].value] == [0, 1]


@pytest.mark.django_db
def test_a_doubted_clock_can_raise_an_alarm() -> None:
    assert "trending_clock_doubted 0.0" in metrics()
    ClockReading.objects.create(pk=1, read_at=NOW, doubted_since=NOW, doubted_at=NOW)
    assert "trending_clock_doubted 1.0" in metrics()


@pytest.mark.django_db
def test_a_restored_backup_can_raise_an_alarm() -> None:
    assert "trending_restored_backup 0.0" in metrics()
    DatabaseOrigin.objects.create(name="7/16384/16999")
    assert "trending_restored_backup 1.0" in metrics()
    assert DatabaseOrigin.objects.get().restored_at is None  # a GET writes nothing
    resume_sending()
    assert "trending_restored_backup 0.0" in metrics()


@pytest.mark.django_db
def test_they_cost_four_queries_for_any_number_of_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = make_edition()
    for _ in range(5):
        make_delivery(made, make_subscriber(), state="sent")
    with django_assert_num_queries(4):
        text = metrics()
    assert 'state="sent"} 5.0' in text


@pytest.mark.django_db
def test_no_address_is_in_them() -> None:
    subscriber = make_subscriber()
    reason = f"{subscriber.email} is no mailbox"
    make_delivery(make_edition(), subscriber, state="failed", reason=reason)
    text = metrics()
    assert 'state="failed"} 1.0' in text
    assert subscriber.email not in text


def test_a_mail_server_that_takes_no_mail_can_raise_an_alarm() -> None:
    state = RelayState(failures=3, wait=17.5, since=1.0, reason="refused", refusal="x", pauses=4)
    values = {one.name: one.value for metric in metrics_of_relay(state) for one in metric.samples}
    assert values == {
        "trending_relay_backoff_seconds": 17.5,
        "trending_relay_down": 1,
        "trending_relay_backoffs_total": 4,
        "trending_mail_refused": 1,
    }
    values = {
        one.name: one.value for metric in metrics_of_relay(RelayState()) for one in metric.samples
    }
    assert set(values.values()) == {0}


@pytest.mark.django_db
def test_the_mail_server_s_state_is_in_the_metrics() -> None:
    assert "trending_relay_down 0.0" in metrics()
    Relay().note([of_opening(ConnectionRefusedError())])
    assert "trending_relay_down 1.0" in metrics()
    assert "trending_relay_backoffs_total 1.0" in metrics()


@pytest.mark.django_db
def test_without_redis_nothing_is_said_of_the_mail_server(settings: Settings) -> None:
    relay._redis.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    text = metrics()
    relay._redis.cache_clear()
    assert "trending_deliveries" in text
    assert "trending_relay" not in text


@pytest.mark.django_db
def test_complaints_are_counted_by_edition() -> None:
    make_edition(complaints=3)
    assert 'trending_complaints{cadence="weekly",day="2025-03-14"} 3.0' in metrics()


@pytest.mark.django_db
def test_old_editions_are_left_out() -> None:
    for day in range(1, NEWEST + 3):
        make_edition(day=date(2025, 3, day))
    text = metrics()
    assert text.count("trending_edition_paused{") == NEWEST
    assert "2025-03-02" not in text


# ── the page ─────────────────────────────────────────────────────────────────


@pytest.fixture(autouse=True)
def _token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.mark.django_db
def test_a_client_with_the_token_reads_the_metrics(client: Client) -> None:
    make_edition(complaints=3)
    response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert response.content.startswith(
        b"# HELP trending_deliveries Deliveries of the newest editions, by state.\n"
        b"# TYPE trending_deliveries gauge\n"
        b'trending_deliveries{cadence="weekly",day="2025-03-14",state="queued"} 0.0\n'
    )
    assert b'trending_edition_paused{cadence="weekly",day="2025-03-14"} 0.0\n' in response.content
    assert b"\ntrending_clock_doubted 0.0\n" in response.content


@pytest.mark.django_db
def test_whether_a_model_is_used_is_a_metric(client: Client, settings: Settings) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert b"\ntrending_words_alone 0.0\n" in client.get("/metrics", headers=headers).content
    settings.EMBEDDING_MODEL = "none"
    assert b"\ntrending_words_alone 1.0\n" in client.get("/metrics", headers=headers).content


@pytest.mark.django_db
def test_a_scraper_needs_no_host_name_and_no_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    headers = {"authorization": f"Bearer {TOKEN}", "host": "10.0.0.7:8000"}
    assert client.get("/metrics", headers=headers).status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", TOKEN, "Bearer tokén"])
def test_a_client_without_the_token_gets_401(client: Client, given: str) -> None:
    response = client.get("/metrics", headers={"authorization": given})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.content == b"Authorization: Bearer METRICS_TOKEN\n"


@pytest.mark.parametrize("given", ["", "Bearer "])
def test_without_a_token_in_the_settings_there_is_no_page(
    client: Client, settings: Settings, given: str
) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


def test_without_a_database_the_answer_repeats_no_secret(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def collect(_collector: EditionCollector) -> None:
        raise OperationalError("password authentication failed for user hunter2")

    monkeypatch.setattr(EditionCollector, "collect", collect)
    response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (response.status_code, response.content) == (503, b"no database\n")


# ── sign-ups ─────────────────────────────────────────────────────────────────


def test_sign_ups_are_counted_by_result(client: Client, settings: Settings, db: None) -> None:
    settings.METRICS_TOKEN = TOKEN
    for counter, result in [("sign_ups", "accepted"), ("sign_ups", "delayed")]:
        count(counter, result)
    count("cross_site_posts", "refused")
    count("sign_ups", "accepted")
    page = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    assert 'trending_sign_ups_total{result="accepted"} 2.0' in page
    assert 'trending_sign_ups_total{result="delayed"} 1.0' in page
    assert 'trending_cross_site_posts_total{result="refused"} 1.0' in page
