"""The steps of a tick are tasks of their own: one that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from config.celery import app
from newsletter import tasks
from newsletter.delivery.deliver import BATCH
from newsletter.delivery.types import Batch
from newsletter.models import Delivery, Edition, Tally
from subscribers.models import Subscriber
from tests.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = datetime(2025, 3, 14, tzinfo=UTC)


@pytest.fixture
def no_weekly_edition() -> Iterator[None]:
    """The database refuses each weekly edition, so that none can be composed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE FUNCTION refuse_edition() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'no weekly edition'; END $$;
               CREATE TRIGGER refuse_edition BEFORE INSERT ON newsletter_edition
               FOR EACH ROW WHEN (NEW.cadence = 'weekly') EXECUTE FUNCTION refuse_edition()"""
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse_edition() CASCADE")


def tick() -> dict[str, str]:
    """Run each of the newsletter's tasks of a tick as beat would; the errors, by entry."""
    errors = {}
    for name, entry in app.conf.beat_schedule.items():
        if not entry["task"].startswith("newsletter.") or name == "archive":
            continue
        try:
            app.tasks[entry["task"]](*entry.get("args", ()))
        except DatabaseError as error:
            errors[name] = str(error).partition("\n")[0]
    return errors


def states_of(edition: Edition) -> list[str]:
    return list(edition.deliveries.order_by("pk").values_list("state", flat=True))


def test_each_tick_dispatches_every_cadence() -> None:
    entries = [
        entry for entry in app.conf.beat_schedule.values() if entry["task"] == "newsletter.dispatch"
    ]
    assert [entry["args"] for entry in entries] == [(one,) for one in Subscriber.Cadence.values]
    assert {entry["schedule"] for entry in entries} == {settings.TICK_SECONDS}


@pytest.mark.usefixtures("no_weekly_edition")
def test_a_cadence_that_cannot_be_composed_stops_no_other_step() -> None:
    other = make_edition("monthly", LONG_AGO.date())
    make_delivery(other, make_subscriber(), state="sending", lease_until=LONG_AGO)
    make_paper()
    for cadence in ("daily", "weekly", "monthly"):
        make_subscriber(cadence=cadence, next_send_at=LONG_AGO)

    assert tick() == {"dispatch-weekly": "no weekly edition"}

    queued = Delivery.objects.filter(state="queued").order_by("edition__cadence")
    assert [row.edition.cadence for row in queued] == ["daily", "monthly"]
    assert states_of(other) == ["uncertain"]
    due = Subscriber.objects.filter(next_send_at__lte=timezone.now())
    assert [one.cadence for one in due] == ["weekly"]


@pytest.mark.usefixtures("no_weekly_edition")
def test_the_cadence_that_failed_is_queued_after_the_fault() -> None:
    make_paper()
    make_subscriber(cadence="weekly", next_send_at=LONG_AGO)
    tick()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE newsletter_edition DISABLE TRIGGER refuse_edition")
    assert tick() == {}
    assert [row.state for row in Delivery.objects.all()] == ["queued"]


def sent_batches() -> list[bytes]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return [bytes(task) for task in client.lrange(f"{settings.REDIS_PREFIX}send", 0, -1)]


@pytest.fixture
def _no_task_waits() -> Iterator[None]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(f"{settings.REDIS_PREFIX}send")
        yield
        client.delete(f"{settings.REDIS_PREFIX}send")


@pytest.mark.usefixtures("_no_task_waits")
def test_a_task_is_enqueued_for_every_batch_of_deliveries() -> None:
    tasks.enqueue([Batch(5, 1, 2 * BATCH + 1)])
    assert len(sent_batches()) == 3


@pytest.mark.usefixtures("_no_task_waits")
def test_only_a_retry_that_is_due_is_enqueued() -> None:
    edition = make_edition()
    later = timezone.now() + timedelta(hours=1)
    make_delivery(edition, make_subscriber(), state="deferred", next_attempt_at=later)
    tasks.enqueue_retries()
    assert sent_batches() == []
    make_delivery(edition, make_subscriber(), state="deferred", next_attempt_at=LONG_AGO)
    tasks.enqueue_retries()
    assert len(sent_batches()) == 1


@pytest.mark.usefixtures("_no_task_waits")
def test_deliveries_whose_task_was_lost_are_enqueued_after_two_ticks() -> None:
    make_delivery(make_edition(), make_subscriber())
    tasks.enqueue_stalled()
    assert sent_batches() == []
    two_ticks = timedelta(seconds=2 * settings.TICK_SECONDS + 1)
    Tally.objects.update(changed_at=timezone.now() - two_ticks)
    tasks.enqueue_stalled()
    assert len(sent_batches()) == 1


def test_what_an_operator_queues_again_gets_its_task_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = make_delivery(make_edition(), make_subscriber(), retried_at=LONG_AGO)
    calls: list[tuple[int, ...]] = []
    monkeypatch.setattr(tasks.send_batch, "delay", lambda *args: calls.append(args))
    tasks.enqueue_queued_again()
    assert calls == [(row.edition_id, row.pk, row.pk)]


def test_a_welcome_digest_is_sent_from_the_queue_of_confirmation_mails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    monkeypatch.setattr(
        tasks.send_batch, "apply_async", lambda *args, **kw: calls.append((args, kw))
    )
    edition = make_edition()
    make_subscriber(welcome_due_at=timezone.now())
    tick()
    row = Delivery.objects.get()
    assert calls == [(((edition.pk, row.pk, row.pk),), {"queue": "confirm"})]


def test_the_hourly_tasks_are_on_the_timetable() -> None:
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"newsletter.suppress_soft_bounces", "newsletter.reset_far_slots"} <= names
