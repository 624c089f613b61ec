"""The send rate of an edition: from the notes of the ticks, never from its first message."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from newsletter import tasks
from newsletter.delivery.progress import RATE_SPAN, note_send_rate, progress_now, send_rate
from newsletter.models import Delivery, Edition
from tests.factories import make_delivery, make_edition, make_subscriber

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def edition() -> Edition:
    made = make_edition()
    for _ in range(6):
        make_delivery(made, make_subscriber())
    return made


def send(edition: Edition, count: int) -> None:
    waiting = Delivery.objects.filter(edition=edition, state="queued").order_by("pk")
    Delivery.objects.filter(pk__in=list(waiting.values_list("pk", flat=True)[:count])).update(
        state="sent"
    )


def test_the_rate_is_that_since_the_oldest_note() -> None:
    assert send_rate([(NOW, 100), (later(60), 500)], 1000, later(90)) == pytest.approx(10.0)


@pytest.mark.parametrize("notes", [[], [(later(59), 10)]])
def test_without_an_old_enough_note_there_is_no_rate(notes: list[tuple[datetime, int]]) -> None:
    assert send_rate(notes, 1000, later(60)) == 0.0


@pytest.mark.django_db
def test_the_rate_counts_what_was_sent_since_the_tick(edition: Edition) -> None:
    note_send_rate(NOW)
    send(edition, 3)
    shown = progress_now(edition.pk, later(60))
    assert shown.rate == pytest.approx(3 / 60)
    assert shown.time_left == timedelta(seconds=60)


@pytest.mark.django_db
def test_what_was_sent_before_the_first_note_does_not_count(edition: Edition) -> None:
    send(edition, 4)
    note_send_rate(NOW)
    send(edition, 1)
    assert progress_now(edition.pk, later(10)).rate == pytest.approx(0.1)


@pytest.mark.django_db
def test_an_edition_that_stands_still_has_no_rate(edition: Edition) -> None:
    send(edition, 4)
    for minute in range(20):
        note_send_rate(later(60 * minute))
    assert progress_now(edition.pk, later(60 * 20)).rate == 0.0


@pytest.mark.django_db
def test_old_notes_are_ignored(edition: Edition) -> None:
    note_send_rate(NOW)
    send(edition, 3)
    assert progress_now(edition.pk, NOW + RATE_SPAN).rate == 0.0


@pytest.mark.django_db
def test_nothing_is_noted_of_an_edition_that_is_done(edition: Edition) -> None:
    send(edition, 6)
    note_send_rate(NOW)
    assert progress_now(edition.pk, later(60)).rate == 0.0


@pytest.mark.django_db
def test_a_tick_notes_the_rate(edition: Edition) -> None:
    tasks.note_rate()
    send(edition, 3)
    assert progress_now(edition.pk, timezone.now() + timedelta(seconds=30)).rate > 0


@pytest.mark.django_db
def test_without_redis_there_are_counts_all_the_same(edition: Edition, settings: Settings) -> None:
    nowhere = {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/valkey.sock"}
    settings.CACHES = {"default": nowhere}
    note_send_rate(NOW)
    shown = progress_now(edition.pk, later(60))
    assert (shown.queued, shown.rate) == (6, 0.0)
