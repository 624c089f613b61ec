"""Consent entries cannot be changed, but a reader can be forgotten."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression
from subscribers.privacy import erase, erasing
from subscribers.suppress import is_suppressed, suppress
from tests.factories import NOON, make_delivery, make_edition, make_mail, make_subscriber

pytestmark = pytest.mark.django_db


def entry_of(reader: Subscriber) -> ConsentEntry:
    return consent.record(
        ConsentEntry.Step.CONFIRMED,
        email=reader.email,
        subscriber=reader,
        origin=RequestOrigin(ip="192.0.2.0", user_agent="Lynx"),
        now=NOON,
        detail={"keywords": ["diffusion"]},
    )


def test_an_entry_cannot_be_changed() -> None:
    entry = entry_of(make_subscriber())
    entry.step = ConsentEntry.Step.REQUESTED
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.save()


def test_an_entry_cannot_be_deleted() -> None:
    entry = entry_of(make_subscriber())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.delete()


def test_a_reader_with_entries_cannot_be_deleted_by_the_way() -> None:
    reader = make_subscriber()
    entry_of(reader)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        reader.delete()


def test_no_sql_gets_round_it_either() -> None:
    entry_of(make_subscriber())
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
    ):
        cursor.execute("DELETE FROM subscribers_consententry")


def test_the_door_closes_behind_the_one_who_erases() -> None:
    entry = entry_of(make_subscriber())
    with erasing():
        ConsentEntry.objects.filter(pk=entry.pk).update(user_agent="")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.delete()


def test_the_door_closes_after_an_error_too() -> None:
    entry = entry_of(make_subscriber())
    with pytest.raises(RuntimeError), erasing():
        raise RuntimeError
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.delete()


def test_a_forgotten_reader_leaves_a_step_a_time_and_a_hash() -> None:
    reader = make_subscriber("ada@example.com")
    entry_of(reader)
    erase(reader)
    entry = ConsentEntry.objects.get()
    assert entry.subscriber is None
    assert (entry.ip, entry.user_agent, entry.detail) == (None, "", {})
    assert entry.address_hash == address_hash("ada@example.com")
    assert (entry.step, entry.at) == (ConsentEntry.Step.CONFIRMED, NOON)


def test_a_forgotten_reader_takes_interests_and_mails_along_but_no_delivery() -> None:
    reader = make_subscriber()
    make_mail(reader)
    Interest.objects.create(subscriber=reader, kind=Interest.Kind.KEYWORD, term="diffusion")
    delivery = make_delivery(make_edition(), reader)
    erase(reader)
    assert not Subscriber.objects.exists()
    assert not Interest.objects.exists()
    delivery.refresh_from_db()
    assert delivery.subscriber is None


def test_a_suppression_outlives_its_reader() -> None:
    reader = make_subscriber("ada@example.com")
    suppress(reader, Suppression.Reason.COMPLAINT, now=NOON)
    erase(reader)
    assert is_suppressed("ada@example.com")
