"""The task that archives old deliveries each night."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from pytest_django import Settings

from newsletter import tasks
from newsletter.delivery import archive as archiving
from newsletter.delivery.archive import InUse
from newsletter.models import ArchivedDelivery, Delivery, Edition
from tests.newsletter.delivery.archiving import fill, rows

pytestmark = pytest.mark.django_db


def test_beat_starts_it_once_a_night() -> None:
    entry = current_app.conf.beat_schedule["archive"]
    assert entry["task"] == tasks.archive.name
    assert entry["schedule"].remaining_estimate(timezone.now()) <= timedelta(days=1)


class TestTask:
    @pytest.fixture
    def enqueued(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        calls: list[str] = []
        monkeypatch.setattr(tasks.archive, "delay", lambda: calls.append("again"))
        return calls

    @pytest.fixture(autouse=True)
    def _everything_is_old(self, settings: Settings) -> None:
        settings.LEDGER_RETENTION_DAYS = -1

    def test_it_archives_old_deliveries(self, old: Edition, enqueued: list[str]) -> None:
        before = fill(old)
        tasks.archive()
        assert (rows(ArchivedDelivery), enqueued) == (before, [])

    def test_it_keeps_deliveries_that_are_not_old(
        self, old: Edition, enqueued: list[str], settings: Settings
    ) -> None:
        settings.LEDGER_RETENTION_DAYS = 400
        before = fill(old)
        tasks.archive()
        assert (rows(Delivery), enqueued) == (before, [])

    def test_it_enqueues_another_task_when_its_time_is_over(
        self, old: Edition, enqueued: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = fill(old)
        monkeypatch.setattr(tasks, "_TASK_SECONDS", 0)
        tasks.archive()
        assert (rows(Delivery), enqueued) == (before, ["again"])

    def test_a_ledger_in_use_is_left_for_the_next_night(
        self,
        old: Edition,
        enqueued: list[str],
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def in_use(*_: object) -> bool:
            raise InUse("the ledger is in use")

        monkeypatch.setattr(archiving, "archive", in_use)
        tasks.archive()
        assert enqueued == []
        assert "the ledger is in use; it is tried again next night" in caplog.text
