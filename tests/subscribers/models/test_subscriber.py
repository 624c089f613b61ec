"""What the tables refuse, and the lock of a subscriber's row."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from subscribers.models import ConsentEntry, Interest, Subscriber, TransactionalMail
from tests.factories import NOON, make_mail, make_subscriber, make_topic
from tests.schema import migrate_to, migrate_to_the_newest
from web.admin import row_url, rows_url
from web.sql import execute, rows

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


# ── the secret ───────────────────────────────────────────────────────────────


def test_every_subscriber_has_a_secret_of_its_own() -> None:
    made = [make_subscriber().secret for _ in range(3)]
    execute(
        "INSERT INTO subscribers_subscriber (email, state, cadence, weekday, hour, timezone,"
        "  digest_size, is_sample, created_at, updated_at)"
        " SELECT n || '@x.y', 'pending', 'daily', 0, 0, 'UTC', 1, false, now(), now()"
        "   FROM generate_series(1, 3) AS n"
    )
    assert len(set(Subscriber.objects.values_list("secret", flat=True))) == 6
    assert set(made) < set(Subscriber.objects.values_list("secret", flat=True))
    assert not Subscriber.objects.filter(has_old_links=True).exists()


def test_subscribers_of_before_get_a_secret_each_and_keep_their_links() -> None:
    ids = [make_subscriber().pk for _ in range(3)]
    migrate_to("subscribers", "0002_consent_is_append_only")
    migrate_to("subscribers", "0005_secret")
    found = rows("SELECT id, secret, has_old_links FROM subscribers_subscriber ORDER BY id")
    assert [(number, is_old) for number, _, is_old in found] == [(it, True) for it in ids]
    assert len({secret for _, secret, _ in found}) == 3
    migrate_to_the_newest()
    assert not make_subscriber().has_old_links


def test_no_page_of_the_admin_shows_a_secret(admin_client: Client) -> None:
    subscriber = make_subscriber("ada@example.com")
    entry = ConsentEntry.objects.create(subscriber=subscriber, step="requested", at=NOON)
    mail = make_mail(subscriber)
    paths = [rows_url(model) for model in (Subscriber, ConsentEntry, TransactionalMail)]
    for path in (*paths, row_url(subscriber), row_url(entry), row_url(mail)):
        page = admin_client.get(path).content.decode()
        assert "ada@example.com" in page
        assert str(subscriber.secret) not in page
        assert subscriber.secret.hex not in page
    assert str(subscriber.secret) not in repr(subscriber) + str(subscriber)
