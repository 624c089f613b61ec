"""Erase a subscriber: the only place where consent entries may change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Q

from subscribers.addresses import address_hashes
from subscribers.models import ConsentEntry, Subscriber
from subscribers.privacy.sweep import sweep
from web.sql import execute


@contextmanager
def erasing() -> Iterator[None]:
    """Within the block, one transaction, the append-only trigger allows changes of entries."""
    with transaction.atomic():
        execute("SET LOCAL trending.erasing = 'on'")
        yield
        # SET LOCAL lasts to the end of an outer transaction, if there is one: switch it off.
        execute("SET LOCAL trending.erasing = 'off'")


def erase(subscriber: Subscriber) -> None:
    """Delete a subscriber and all data that identifies them.

    What stays: the steps of consent with their times under the hash of the address, a
    suppression, and the rows of the ledger, which then refer to no subscriber. The address is cut
    out of every other text that is stored, also of what servers answered years ago.
    """
    with erasing():
        sweep(subscriber)
        of_address = Q(subscriber=subscriber) | Q(address_hash__in=address_hashes(subscriber.email))
        entries = ConsentEntry.objects.filter(of_address)
        entries.update(subscriber=None, ip=None, user_agent="", detail={})
        subscriber.delete()
