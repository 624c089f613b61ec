"""Each part that work needs, with a server that lacks what the part asks for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from kombu import Connection
from pytest_django import Settings

from config.celery import app, note_tick
from config.health import parts
from config.health.asking import ask
from config.redis_url import parse
from tests.config.valkey import PASSWORD, Valkey, running

# ── PostgreSQL ───────────────────────────────────────────────────────────────


def database() -> list[str] | None:
    """Asked as the middleware does, in a thread: the part closes its connection."""
    return ask({"database": parts.database}, 10.0)["database"]


@pytest.mark.django_db
def test_a_migrated_database_has_no_fault() -> None:
    assert database() == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_lacks_a_migration_is_not_ready() -> None:
    last = sorted(name for label, name in parts.last_migrations() if label == "newsletter")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = %s RETURNING id", last)
        try:
            assert database() == [
                "no schema: the tables of newsletter are not up to date; run manage.py migrate"
            ]
        finally:
            sql = "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())"
            connection.cursor().execute(sql, ["newsletter", *last])


@pytest.mark.django_db(transaction=True)
def test_a_database_without_any_table_is_not_ready() -> None:
    rename = "ALTER TABLE {} RENAME TO {}"
    with connection.cursor() as cursor:
        cursor.execute(rename.format("django_migrations", "away"))
    try:
        lines = database()
    finally:
        connection.cursor().execute(rename.format("away", "django_migrations"))
    assert lines
    assert lines[0].startswith(
        "no schema: the tables of admin, auth, contenttypes, newsletter, papers"
    )


@pytest.mark.django_db
def test_a_database_that_refuses_is_named_without_its_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(connections.settings["default"], "NAME", "hunter2")
    assert database() == ["no database: it does not answer"]
    assert "database does not answer: OperationalError" in caplog.text
    assert "hunter2" not in caplog.text


# ── Redis ────────────────────────────────────────────────────────────────────


@pytest.fixture
def valkey(tmp_path: Path, settings: Settings) -> Iterator[Valkey]:
    with running(tmp_path) as server:
        use(settings, f"unix://:{quote(PASSWORD, safe='')}@{server.path}?db=2")
        yield server


def use(settings: Settings, url: str) -> None:
    """The settings and the Celery app get the server of this URL."""
    address = parse(url)
    settings.REDIS_URL = address.for_redis
    settings.CELERY_BROKER_URL = address.for_celery


@pytest.fixture(autouse=True)
def _restored_broker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "connection_for_write", connection_for_write)


def connection_for_write(**options: Any) -> Any:
    """The app has read its settings long ago: use what the test has set."""
    return Connection(django_settings.CELERY_BROKER_URL, **options)


def test_a_redis_with_a_password_on_a_socket_has_no_fault(valkey: Valkey) -> None:
    assert parts.redis_writes() == parts.broker() == []


@pytest.mark.parametrize("login", [":hunter2@", ""])
def test_a_wrong_or_missing_password_is_told_without_it(
    valkey: Valkey, settings: Settings, login: str
) -> None:
    use(settings, f"redis://{login}127.0.0.1:{valkey.port}/0")
    reason = "it refuses the user or the password of REDIS_URL"
    assert parts.redis_writes() == [f"no redis: {reason}"]
    assert parts.broker() == [f"no broker: {reason}"]


def test_an_unreachable_redis_does_not_answer(settings: Settings) -> None:
    use(settings, "unix:///nonexistent/valkey.sock")
    assert parts.redis_writes() == ["no redis: it does not answer"]
    assert parts.broker() == ["no broker: it does not answer"]


def test_a_full_redis_is_not_writable(valkey: Valkey) -> None:
    with valkey.client() as client:
        client.config_set("maxmemory", 1)
    assert parts.redis_writes() == ["no redis: it is full (maxmemory)"]


def test_a_replica_is_not_writable(valkey: Valkey) -> None:
    with valkey.client() as client:
        client.replicaof("127.0.0.1", "1")
    assert parts.redis_writes() == ["no redis: it is a replica, which cannot be written to"]


def test_a_redis_that_cannot_save_is_not_writable(valkey: Valkey, tmp_path: Path) -> None:
    with valkey.client() as client:
        client.config_set("save", "1 1")
        (tmp_path / "folder.rdb").mkdir()
        client.config_set("dbfilename", "folder.rdb")
        client.set("key", 1)
        client.bgsave()
        deadline = time.monotonic() + 10
        while client.info("persistence")["rdb_last_bgsave_status"] == "ok":
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert parts.redis_writes() == ["no redis: it cannot save to its disk, so it refuses writes"]


def test_a_redis_that_drops_keys_is_named(valkey: Valkey) -> None:
    with valkey.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        assert parts.redis_writes() == []
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 200_000)
        for number in range(50):
            client.set(f"key {number}", "x" * 20_000)
        evicted = client.info("stats")["evicted_keys"]
    assert evicted > 0
    [line] = parts.redis_writes()
    assert line.startswith("no room in redis: it has dropped ")
    assert line.endswith("keys (maxmemory-policy allkeys-lru); set noeviction")


# ── ticks ────────────────────────────────────────────────────────────────────


def test_a_tick_a_moment_ago_is_no_fault(valkey: Valkey) -> None:
    note_tick("beat")
    note_tick("worker")
    assert parts.ticks() == []


def test_a_beat_that_stopped_is_named_with_its_last_tick(
    valkey: Valkey, settings: Settings
) -> None:
    note_tick("worker")
    with valkey.client(2) as client:
        client.set(f"{settings.REDIS_PREFIX}tick:beat", client.time()[0] - 400)
    assert parts.ticks() in (
        ["no beat: its last tick was 400 s ago"],
        ["no beat: its last tick was 401 s ago"],
    )


def test_a_worker_that_takes_no_task_is_named(valkey: Valkey, settings: Settings) -> None:
    note_tick("beat")
    with valkey.client(2) as client:
        client.set(f"{settings.REDIS_PREFIX}tick:worker", client.time()[0] - 900)
        assert parts.ticks() == []  # it may be busy: three tasks of five minutes
        client.set(f"{settings.REDIS_PREFIX}tick:worker", client.time()[0] - 2000)
    [line] = parts.ticks()
    assert line.startswith("no worker: its last tick was 200")


def test_without_any_tick_a_new_process_waits_before_it_complains(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_STARTED", time.monotonic())
    assert parts.ticks() == []
    monkeypatch.setattr(parts, "_STARTED", time.monotonic() - 600)
    assert parts.ticks() == ["no beat: there is no sign of it in Redis"]
