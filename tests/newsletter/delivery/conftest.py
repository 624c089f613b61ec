"""Fixtures of the tests of the ledger and its archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from newsletter.models import Edition
from tests.factories import DAY, NOON, make_edition
from tests.newsletter.delivery.archiving import NEW, OLD


@pytest.fixture
def old() -> Edition:
    """An edition in a partition that is full: an edition of the next one exists."""
    make_edition(id=NEW, day=DAY + timedelta(days=1))
    return make_edition(id=OLD + 3, composed_at=NOON)


@pytest.fixture
def drop_partitions() -> Iterator[None]:
    """For tests that commit: their end empties the tables, but leaves partitions."""
    yield
    with connection.cursor() as cursor:
        for table in ("newsletter_delivery", "newsletter_digestcontent"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}_{OLD}, {table}_{NEW}")
