"""Migrations of the ledger keep rows, counters and digests, forwards and backwards."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import load_edition, rebuild
from newsletter.editions.personalize import Interests
from newsletter.models import (
    ArchivedDelivery,
    Delivery,
    DigestContent,
    Edition,
    StoredPick,
    Tally,
)
from subscribers.models import Subscriber
from tests.factories import (
    DAY,
    NOON,
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)
from tests.schema import migrate_to_the_newest
from web.sql import execute, rows

pytestmark = pytest.mark.django_db
HUNDREDS = (700_000, 700_100, 700_200)  # far from where the sequence of a test database stands


def make_old_and_new() -> list[Edition]:
    """An edition in each of three partitions, the last of them the newest."""
    return [
        make_edition(id=first + 7, day=DAY - timedelta(days=40 * (2 - place)))
        for place, first in enumerate(HUNDREDS)
    ]


def migrate(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    executor.migrate([("newsletter", name)])


def ledger() -> list[tuple[Any, ...]]:
    """All columns but those that later migrations added."""
    names = [str(field.column) for field in Delivery._meta.local_fields]
    columns = ", ".join(name for name in names if name != "retried_at")
    return rows(f"SELECT {columns} FROM newsletter_delivery ORDER BY id")  # noqa: S608 (names of our own)


def test_rows_and_counters_stay_the_same_both_ways() -> None:
    for edition in make_old_and_new():
        make_delivery(edition, make_subscriber(), state="sent", error="é")
    before, counted = ledger(), list(Tally.objects.values())
    for name in ("0004_fewer_indexes", "0005_ledger_partitions"):
        migrate(name)
        assert ledger() == before
        assert list(Tally.objects.values()) == counted
        Delivery.objects.filter(pk=before[0][0]).update(state="failed")
        failed = Tally.objects.filter(edition=HUNDREDS[0] + 7, state="failed")
        assert sum(tally.count for tally in failed) == 1
        Delivery.objects.filter(pk=before[0][0]).update(state="sent")
        Tally.objects.filter(state="failed").delete()
        counted = list(Tally.objects.values())
    migrate_to_the_newest()  # the sequence of ids continues there
    added = make_delivery(Edition.objects.latest("pk"), make_subscriber())
    assert added.pk == before[-1][0] + 1


def test_archived_deliveries_block_the_way_back() -> None:
    ArchivedDelivery.objects.create(id=1, edition=make_edition(), state="sent")
    with pytest.raises(Exception, match="without losing them"), transaction.atomic():
        migrate("0004_fewer_indexes")


def test_the_models_and_the_moved_table_agree() -> None:
    """Columns of the partitioned table are those that Django would make."""
    migration = import_module("newsletter.migrations.0005_ledger_partitions")
    assert Delivery.State.choices == migration.STATES
    columns = {
        column.name
        for column in connection.introspection.get_table_description(
            connection.cursor(), "newsletter_delivery"
        )
    }
    fields = apps.get_model("newsletter", "Delivery")._meta.local_fields
    assert columns == {field.column for field in fields}


def test_a_digest_stays_the_same_when_its_picks_are_moved() -> None:
    for title in ("Pointer “Networks”", 'A \\ and a "quote", {braces}'):
        make_paper(title)
    edition = compose("weekly", DAY, NOON + timedelta(days=1))
    picks = load_edition(edition.pk).select(Interests(), ()).picks
    reader = make_subscriber()
    sent = make_delivery(edition, reader, state="sent")
    never_sent = make_delivery(edition, make_subscriber())
    make_content(sent, picks, dated_at=NOON, key_id=current_key_id())
    before, stored = rebuild(sent, "ada@example.com").as_bytes(), contents()

    migrate("0006_delivery_events")
    picks_before = dict(rows("SELECT id, picks::text FROM newsletter_delivery"))
    assert json.loads(picks_before[never_sent.pk]) == []
    assert json.loads(picks_before[sent.pk]) == [
        {"position": pick.position, "paper": pick.paper_id, "why": pick.reason} for pick in picks
    ]

    migrate_to_the_newest()
    assert contents() == stored
    # The way back took the secret along, which a newer migration has added.
    Subscriber.objects.filter(pk=reader.pk).update(secret=reader.secret)
    assert rebuild(Delivery.objects.get(pk=sent.pk), "ada@example.com").as_bytes() == before


def test_a_digest_that_an_old_worker_marks_between_two_migrations_is_copied() -> None:
    edition = make_edition()
    early = make_delivery(edition, make_subscriber())
    late = make_delivery(edition, make_subscriber())
    make_content(early, [StoredPick(1, make_paper("One").pk, "a reason")], dated_at=NOON)
    migrate("0006_delivery_events")
    migrate("0008_copy_contents")
    execute(
        "UPDATE newsletter_delivery AS late"
        "   SET picks = early.picks, dated_at = early.dated_at,"
        "       renderer = early.renderer, key_id = early.key_id"
        "  FROM newsletter_delivery AS early WHERE late.id = %(late)s AND early.id = %(early)s",
        late=late.pk,
        early=early.pk,
    )
    migrate_to_the_newest()
    first, second = contents()
    assert (first[0], second[0]) == (early.pk, late.pk)
    assert first[1:] == second[1:]


def contents() -> list[tuple[Any, ...]]:
    return rows("SELECT * FROM newsletter_digestcontent ORDER BY delivery_id")


def test_the_models_and_the_table_of_contents_agree() -> None:
    columns = {
        column.name
        for column in connection.introspection.get_table_description(
            connection.cursor(), "newsletter_digestcontent"
        )
    }
    assert columns == {field.column for field in DigestContent._meta.local_fields}
