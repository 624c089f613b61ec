"""Rows of a ledger's partition that is to be archived, for the tests of the archive."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.delivery.archive import Partition, partitions
from newsletter.models import ArchivedDelivery, Delivery, Edition
from tests.factories import NOON, make_delivery, make_subscriber

OLD, NEW = 700_000, 700_100  # the first editions of two partitions
LATER = datetime(2099, 1, 1, tzinfo=UTC)  # later than all rows of the tests
NAME = f"newsletter_delivery_{OLD}"
Row = tuple[int, int, int | None, str, datetime | None]


def fill(edition: Edition, count: int = 7) -> list[Row]:
    """Add finished deliveries to an edition; returns all rows of the ledger."""
    states = ("sent", "failed", "skipped", "uncertain")
    for number in range(count):
        state = states[number % 4]
        sent_at = NOON if state == "sent" else None
        make_delivery(edition, make_subscriber(), state=state, sent_at=sent_at)
    return rows(Delivery)


def rows(model: type[Delivery | ArchivedDelivery]) -> list[Row]:
    """The rows of a table, with the columns that are archived."""
    found = model.objects.order_by("pk")
    return list(found.values_list("pk", "edition_id", "subscriber_id", "state", "sent_at"))


def partition(first: int = OLD) -> Partition:
    return next(part for part in partitions() if part.first == first)


def exists(name: str = NAME) -> bool:
    """Whether the ledger has a partition with this name."""
    return name in {part.name for part in partitions()}
