"""What the tables refuse, and the lock of a subscriber's row."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from subscribers.models import Interest, Subscriber
from tests.factories import NOON, make_subscriber, make_topic

pytestmark = pytest.mark.django_db
Kind = Interest.Kind


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_is_held_until_the_transaction_ends() -> None:
    subscriber = make_subscriber()
    other = connections.create_connection("default")
    try:
        with transaction.atomic(), other.cursor() as cursor:
            subscriber.lock()
            cursor.execute("SELECT id FROM subscribers_subscriber FOR UPDATE SKIP LOCKED")
            assert cursor.fetchall() == []
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM subscribers_subscriber FOR UPDATE SKIP LOCKED")
            assert cursor.fetchall() == [(subscriber.pk,)]
    finally:
        other.close()


def test_locking_reads_the_row_again() -> None:
    subscriber = make_subscriber()
    Subscriber.objects.update(hour=6)
    subscriber.lock()
    assert subscriber.hour == 6


def test_an_erased_subscriber_cannot_be_locked() -> None:
    subscriber = make_subscriber()
    Subscriber.objects.all().delete()
    with pytest.raises(Subscriber.DoesNotExist):
        subscriber.lock()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"hour": 24}, "subscriber_slot_exists"),
        ({"weekday": 7}, "subscriber_slot_exists"),
        ({"state": "unsubscribed", "next_send_at": NOON}, "subscriber_due_only_when_active"),
    ],
)
def test_the_table_refuses_a_subscriber_that_cannot_be(
    values: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_subscriber(**values)


@pytest.mark.parametrize(
    ("kind", "has_topic", "term"),
    [
        (Kind.TOPIC, False, ""),
        (Kind.TOPIC, True, "a"),
        (Kind.MUTED, True, "a"),
        (Kind.MUTED, False, ""),
    ],
)
def test_an_interest_has_either_a_topic_or_a_term(kind: str, has_topic: bool, term: str) -> None:
    topic = make_topic() if has_topic else None
    with pytest.raises(IntegrityError, match="interest_topic_or_term"), transaction.atomic():
        Interest.objects.create(subscriber=make_subscriber(), kind=kind, topic=topic, term=term)
