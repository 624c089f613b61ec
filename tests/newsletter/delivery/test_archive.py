"""Which partitions of the ledger are archived, when, and what is kept of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from newsletter.delivery.archive import Partition, archive, due
from newsletter.delivery.progress import progress_of
from newsletter.models import ArchivedDelivery, Delivery, DigestContent, Edition
from tests.factories import DAY, make_content, make_delivery, make_edition, make_subscriber
from tests.newsletter.delivery.archiving import LATER, NAME, NEW, OLD, exists, fill, partition, rows

pytestmark = pytest.mark.django_db


# ── what is archived ─────────────────────────────────────────────────────────


def test_a_partition_is_dropped_and_each_row_is_archived(old: Edition) -> None:
    before = fill(old)
    assert archive(partition(), LATER, LATER)
    assert not exists()
    assert rows(ArchivedDelivery) == before
    assert not Delivery.objects.exists()


def test_the_contents_of_its_digests_are_dropped_with_it(old: Edition) -> None:
    make_content(make_delivery(old, make_subscriber(), state="sent"))
    kept = make_content(make_delivery(Edition.objects.get(pk=NEW), make_subscriber()))
    assert archive(partition(), LATER, LATER)
    assert list(DigestContent.objects.all()) == [kept]


def test_other_partitions_stay(old: Edition) -> None:
    fill(old)
    make_delivery(Edition.objects.get(pk=NEW), make_subscriber())
    archive(partition(), LATER, LATER)
    assert Delivery.objects.get().edition_id == NEW


def test_the_counters_of_its_editions_stay(old: Edition) -> None:
    fill(old)
    before = progress_of(old.pk)
    archive(partition(), LATER, LATER)
    assert progress_of(old.pk) == before
    assert before.sent == 2


def test_an_empty_partition_is_dropped_too(old: Edition) -> None:
    archive(partition(), LATER, LATER)
    assert not exists()


# ── when it is due ───────────────────────────────────────────────────────────

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def stays(**values: Any) -> str:
    usual = {"first": 0, "is_full": True, "touched_at": SOME_DAY, "rows": 9, "waiting": 0}
    return Partition(**{**usual, **values}).stays_for(SOME_DAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, ""),
        ({"touched_at": None, "rows": 0}, ""),
        ({"is_full": False}, "editions are still being added"),
        ({"touched_at": SOME_DAY + timedelta(days=1)}, "not old enough"),
        ({"waiting": 1234}, "1,234 mails still wait: resume their edition, or cancel it"),
    ],
)
def test_a_full_and_old_partition_is_due_when_nothing_waits(
    values: dict[str, Any], reason: str
) -> None:
    assert stays(**values) == reason


def is_due(before: datetime = LATER) -> bool:
    return OLD in {part.first for part in due(before)}


def test_a_partition_that_is_not_full_stays() -> None:
    make_edition(id=OLD)
    assert not is_due()
    make_edition(id=OLD + 99, cadence="daily")
    assert not is_due()
    make_edition(id=OLD + 100, cadence="monthly")
    assert is_due()


def test_a_row_that_changed_lately_keeps_its_partition(old: Edition) -> None:
    fill(old)
    assert not is_due(timezone.now() - timedelta(days=1))
    assert is_due(timezone.now() + timedelta(days=1))


@pytest.mark.parametrize("values", [{"composed_at": timezone.now()}, {"day": DAY.replace(2090)}])
def test_an_old_edition_that_was_composed_lately_keeps_its_partition(
    old: Edition, values: dict[str, Any]
) -> None:
    Edition.objects.filter(pk=old.pk).update(**{"composed_at": None, **values})
    assert not is_due(timezone.now() - timedelta(days=1))


@pytest.mark.parametrize("state", ["queued", "sending", "deferred"])
def test_a_waiting_mail_keeps_its_partition_and_is_logged(
    old: Edition, caplog: pytest.LogCaptureFixture, state: str
) -> None:
    fill(old)
    make_delivery(old, make_subscriber(), state=state)
    assert not is_due()
    assert f"{NAME} stays in the ledger: 1 mails still wait" in caplog.text
