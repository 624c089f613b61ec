"""Erase a subscriber: the only place where consent entries may change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Q

from subscribers.addresses import address_hashes
from subscribers.models import AddressChange, ConsentEntry, Subscriber, TransactionalMail
from subscribers.privacy.locks import lock_subscribers_of
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


def erase(subscriber: Subscriber, *, keep: Subscriber | None = None) -> None:
    """Delete a subscriber and all data that identifies them.

    What stays: the steps of consent with their times under the hash of the address, a
    suppression, and the rows of the ledger, which then refer to no subscriber. The address is cut
    out of every other text that is stored, also of what servers answered years ago. Changes from
    or to the address that other subscribers asked for go with it, and their mails.

    `keep` is the subscriber who gets the address of the erased one: their changes of address stay.
    """
    email = subscriber.email
    kept = Q(subscriber=keep) if keep else Q(pk__in=[])
    with erasing():
        lock_subscribers_of(email, subscriber)
        changes = AddressChange.objects.filter(Q(old_email=email) | Q(new_email=email))
        changes.exclude(kept).delete()
        TransactionalMail.objects.filter(recipient=email).exclude(kept).delete()
        sweep(subscriber)
        of_address = Q(subscriber=subscriber) | Q(address_hash__in=address_hashes(email))
        entries = ConsentEntry.objects.filter(of_address).exclude(kept)
        entries.update(subscriber=None, ip=None, user_agent="", detail={})
        subscriber.delete()
