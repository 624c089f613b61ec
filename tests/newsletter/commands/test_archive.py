"""`manage.py archive`: what it moves, what it shows, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from newsletter.models import ArchivedDelivery, Delivery, Edition
from tests.factories import DAY, NOON, make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
OLD, NEW = 700_000, 700_100  # the first editions of two partitions


@pytest.fixture(autouse=True)
def _everything_is_old(settings: Settings) -> None:
    settings.LEDGER_RETENTION_DAYS = -1


@pytest.fixture
def deliveries() -> list[int]:
    """The ids of three sent deliveries in a partition that is full: the next one has begun."""
    make_edition(id=NEW, day=DAY + timedelta(days=1))
    edition = make_edition(id=OLD + 3, composed_at=NOON)
    return [
        make_delivery(edition, make_subscriber(), state="sent", sent_at=NOON).pk for _ in range(3)
    ]


@pytest.fixture
def drop_partitions() -> Iterator[None]:
    """For a test that commits: its end empties the tables, but leaves partitions."""
    yield
    with connection.cursor() as cursor:
        for first in (OLD, NEW):
            cursor.execute(f"DROP TABLE IF EXISTS newsletter_delivery_{first}")


def output(*arguments: str) -> str:
    out = StringIO()
    call_command("archive", *arguments, stdout=out)
    return out.getvalue()


def ids(model: type[Delivery | ArchivedDelivery]) -> list[int]:
    return list(model.objects.order_by("pk").values_list("pk", flat=True))


def test_it_archives_a_full_partition_and_keeps_the_newest(deliveries: list[int]) -> None:
    lines = output().splitlines()
    assert "editions 700000 to 700099            3 deliveries, last" in lines[-2]
    assert lines[-2].endswith("  archived")
    assert "editions 700100 to 700199            0 deliveries, last 2025-03-16" in lines[-1]
    assert lines[-1].endswith("  stays: editions are still being added")
    assert (ids(Delivery), ids(ArchivedDelivery)) == ([], deliveries)


def test_a_dry_run_shows_the_same_and_changes_nothing(deliveries: list[int]) -> None:
    lines = output("--dry-run").splitlines()
    assert "editions 700000 to 700099            3 deliveries, last" in lines[-2]
    assert lines[-2].endswith("  would be archived")
    assert (ids(Delivery), ids(ArchivedDelivery)) == (deliveries, [])


def test_waiting_mails_keep_their_partition(deliveries: list[int]) -> None:
    make_delivery(Edition.objects.get(pk=OLD + 3), make_subscriber(), state="queued")
    line = output().splitlines()[-2]
    assert "stays: 1 mails still wait" in line
    assert ids(ArchivedDelivery) == []


@pytest.mark.django_db(transaction=True)
def test_a_ledger_in_use_is_an_error_that_says_what_to_do(
    drop_partitions: None, deliveries: list[int]
) -> None:
    backup = connection.copy()
    try:
        backup.set_autocommit(False)
        with backup.cursor() as cursor:
            cursor.execute("LOCK TABLE newsletter_delivery IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="Try again when that is done"):
            output()
        assert ids(Delivery) == deliveries
    finally:
        backup.rollback()
        backup.close()
