"""Forgetting a reader, and the one door through which consent entries may change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from subscribers.models import Subscriber


@contextmanager
def erasing() -> Iterator[None]:
    """Within the block, one transaction, the append-only trigger lets consent entries change."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL trending.erasing = 'on'")
        yield
        # An outer transaction, if there is one, goes on behind a closed door.
        cursor.execute("SET LOCAL trending.erasing = 'off'")


def erase(subscriber: Subscriber) -> None:
    """Delete a reader and all that says who they were.

    What stays: consent steps with their times under the hash of the address, a suppression,
    and the ledger's rows, which then name nobody.
    """
    with erasing():
        subscriber.consent_entries.update(subscriber=None, ip=None, user_agent="", detail={})
        subscriber.delete()
