"""A restored backup is noticed, and nothing of it is sent until an operator has decided."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from local.servers import postgres_program
from newsletter import tasks
from newsletter.delivery.queueing.dispatch import dispatch_due, skip_due
from newsletter.delivery.restored import (
    HELD,
    doubt,
    hold_waiting,
    is_restored,
    mark_restored,
    resume_sending,
    waits_for_decision,
)
from newsletter.models import DatabaseOrigin, Delivery
from subscribers.models import Subscriber
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 14, 8, 0, 30, tzinfo=UTC)
TABLE = "newsletter_databaseorigin"


def pretend_to_be_restored() -> None:
    """As if the row had been written in another database."""
    assert not is_restored(NOW)
    DatabaseOrigin.objects.update(name="7/16384/16999")


def test_a_database_that_was_never_restored_sends(caplog: pytest.LogCaptureFixture) -> None:
    assert not is_restored(NOW)
    assert not is_restored(NOW)
    assert caplog.text == ""


@pytest.fixture
def dump(tmp_path: Path) -> Iterator[Path]:
    """A dump of the table, made by pg_dump while the service is at work."""
    assert not is_restored(NOW)
    path = tmp_path / "dump.sql"
    run("pg_dump", "--table", TABLE, "--clean", "--file", str(path))
    yield path
    DatabaseOrigin.objects.all().delete()


def run(program: str, *words: str) -> None:
    values = connection.get_connection_params()
    place = ["--host", values["host"], "--username", values["user"], "--dbname", values["dbname"]]
    command = [postgres_program(program), *place, *words]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.django_db(transaction=True)
def test_a_restored_dump_is_noticed(dump: Path, caplog: pytest.LogCaptureFixture) -> None:
    connection.close()
    run("psql", "--quiet", "--file", str(dump))
    assert is_restored(NOW)
    assert is_restored(NOW + timedelta(hours=1))
    assert DatabaseOrigin.objects.get().restored_at == NOW
    assert caplog.text.count("the database was restored") == 1


def test_a_copy_that_was_restored_and_dumped_again_is_still_in_doubt() -> None:
    pretend_to_be_restored()
    assert is_restored(NOW)
    DatabaseOrigin.objects.update(name="7/16384/17000")
    assert is_restored(NOW)


def test_nothing_is_dispatched() -> None:
    make_edition(day=NOW.date() - timedelta(days=1))
    reader = make_subscriber(next_send_at=NOW)
    pretend_to_be_restored()
    assert list(dispatch_due("weekly", NOW)) == []
    reader.refresh_from_db()
    assert reader.next_send_at == NOW


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent() -> None:
    delivery = make_delivery(make_edition(), make_subscriber())
    pretend_to_be_restored()
    tasks.send_batch(delivery.edition_id, delivery.pk, delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.fence) == ("queued", 0, None)


def test_what_waits_is_counted() -> None:
    first, second = make_edition(), make_edition(day=NOW.date() + timedelta(days=1))
    for state in ("queued", "deferred", "sending", "sent", "skipped", "failed"):
        make_delivery(first, make_subscriber(), state=state)
    make_delivery(second, make_subscriber())
    make_subscriber(next_send_at=NOW)
    make_subscriber(next_send_at=NOW + timedelta(minutes=1))
    found = doubt(NOW)
    assert (found.waiting, found.due) == ({first.pk: 3, second.pk: 1}, 1)


def test_all_that_waits_can_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.restored.CHUNK", 2)
    edition = make_edition()
    for state in ("queued", "queued", "deferred", "sending", "sent"):
        make_delivery(edition, make_subscriber(), state=state)
    assert hold_waiting() == 4
    rows = list(Delivery.objects.order_by("pk").values_list("state", "reason"))
    assert rows == [("uncertain", HELD)] * 4 + [("sent", "")]
    assert hold_waiting() == 0


def test_those_who_are_due_wait_for_their_next_slot() -> None:
    make_edition(day=NOW.date() - timedelta(days=1))
    friday = NOW.replace(second=0)
    reader = make_subscriber(weekday=4, hour=8, next_send_at=friday)
    other = make_subscriber(weekday=5, hour=8, next_send_at=friday + timedelta(days=1))
    assert skip_due(NOW) == 1
    assert set(Subscriber.objects.values_list("pk", "next_send_at")) == {
        (reader.pk, friday + timedelta(days=7)),
        (other.pk, friday + timedelta(days=1)),
    }
    assert not Delivery.objects.exists()


def test_a_page_sees_it_and_writes_nothing() -> None:
    assert not waits_for_decision()
    assert not DatabaseOrigin.objects.exists()
    pretend_to_be_restored()
    assert waits_for_decision()
    assert DatabaseOrigin.objects.get().restored_at is None


@pytest.mark.parametrize("was_asked_before", [False, True])
def test_an_operator_can_say_that_it_was_restored(was_asked_before: bool) -> None:
    if was_asked_before:
        assert not is_restored(NOW)
    mark_restored(NOW)
    mark_restored(NOW + timedelta(hours=1))
    assert is_restored(NOW)
    assert DatabaseOrigin.objects.get().restored_at == NOW
    resume_sending()
    assert not is_restored(NOW)


def test_marking_a_restored_dump_keeps_it_in_doubt() -> None:
    pretend_to_be_restored()
    mark_restored(NOW)
    assert is_restored(NOW)


def test_mail_is_sent_again_after_the_decision() -> None:
    make_edition(day=NOW.date() - timedelta(days=1))
    make_subscriber(next_send_at=NOW)
    pretend_to_be_restored()
    assert is_restored(NOW)
    resume_sending()
    assert not is_restored(NOW)
    assert len(list(dispatch_due("weekly", NOW))) == 1
