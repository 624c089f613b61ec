"""Old reports are let go of, a tick's worth at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.events import purge
from newsletter.events.purge import purge_events
from newsletter.models import DeliveryEvent
from tests.factories import NOON, make_report

pytestmark = pytest.mark.django_db
BEFORE = NOON - timedelta(days=90)


def aged(days: int) -> datetime:
    return NOON - timedelta(days=days)


def test_what_was_acted_upon_long_ago_goes() -> None:
    make_report(received_at=aged(91))
    young = make_report(received_at=aged(89))
    assert purge_events(BEFORE) == 1
    assert list(DeliveryEvent.objects.all()) == [young]


def test_what_waits_stays_however_old() -> None:
    make_report(received_at=aged(400), due_at=NOON)
    assert purge_events(BEFORE) == 0


def test_the_oldest_go_first_and_not_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "MOST", 2)
    newest, *_ = [make_report(received_at=aged(days)) for days in (95, 99, 97)]
    assert purge_events(BEFORE) == 2
    assert list(DeliveryEvent.objects.all()) == [newest]
    assert purge_events(BEFORE) == 1
