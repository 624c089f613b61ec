"""Rows of mails that arrived long ago are deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.inbound import purge
from newsletter.inbound.purge import purge_inbound
from newsletter.models import InboundMessage
from tests.factories import NOON, make_inbound

pytestmark = pytest.mark.django_db


def test_old_rows_are_deleted_but_not_what_waits() -> None:
    old = NOON - timedelta(days=31)
    make_inbound(received_at=old)
    waiting = make_inbound(received_at=old, due_at=NOON)
    new = make_inbound()
    assert purge_inbound(NOON - timedelta(days=30)) == 1
    assert set(InboundMessage.objects.all()) == {waiting, new}


def test_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "MOST", 1)
    rows = [make_inbound(received_at=NOON - timedelta(days=days)) for days in (2, 3)]
    assert purge_inbound(NOON) == 1
    assert list(InboundMessage.objects.all()) == rows[:1]
