"""Old events are deleted, a limited number at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.events import purge
from newsletter.events.purge import purge_events
from newsletter.models import DeliveryEvent
from tests.factories import NOON, make_event

pytestmark = pytest.mark.django_db
BEFORE = NOON - timedelta(days=90)


def days_ago(days: int) -> datetime:
    return NOON - timedelta(days=days)


def test_an_old_processed_event_is_deleted() -> None:
    make_event(received_at=days_ago(91))
    young = make_event(received_at=days_ago(89))
    assert purge_events(BEFORE) == 1
    assert list(DeliveryEvent.objects.all()) == [young]


def test_an_event_that_waits_stays_however_old() -> None:
    make_event(received_at=days_ago(400), due_at=NOON)
    assert purge_events(BEFORE) == 0


def test_the_oldest_events_are_deleted_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "MOST", 2)
    newest, *_ = [make_event(received_at=days_ago(days)) for days in (95, 99, 97)]
    assert purge_events(BEFORE) == 2
    assert list(DeliveryEvent.objects.all()) == [newest]
    assert purge_events(BEFORE) == 1
