"""Consent entries cannot be changed, but a subscriber can be erased."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import (
    AddressChange,
    ConsentEntry,
    Interest,
    Subscriber,
    Suppression,
    TransactionalMail,
)
from subscribers.privacy import erase, erasing
from subscribers.privacy.export import export
from subscribers.suppress import is_suppressed, suppress
from tests.factories import NOON, make_delivery, make_edition, make_mail, make_subscriber

pytestmark = pytest.mark.django_db


def entry_of(subscriber: Subscriber) -> ConsentEntry:
    return consent.record(
        ConsentEntry.Step.CONFIRMED,
        email=subscriber.email,
        subscriber=subscriber,
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


def test_a_subscriber_with_entries_cannot_simply_be_deleted() -> None:
    subscriber = make_subscriber()
    entry_of(subscriber)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        subscriber.delete()


def test_raw_sql_cannot_delete_an_entry_either() -> None:
    entry_of(make_subscriber())
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
    ):
        cursor.execute("DELETE FROM subscribers_consententry")


def test_entries_cannot_be_changed_after_an_erasure() -> None:
    entry = entry_of(make_subscriber())
    with erasing():
        ConsentEntry.objects.filter(pk=entry.pk).update(user_agent="")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.delete()


def test_entries_cannot_be_changed_after_a_failed_erasure() -> None:
    entry = entry_of(make_subscriber())
    with pytest.raises(RuntimeError), erasing():
        raise RuntimeError
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.delete()


def test_an_erasure_leaves_a_step_a_time_and_a_hash() -> None:
    subscriber = make_subscriber("ada@example.com")
    entry_of(subscriber)
    erase(subscriber)
    entry = ConsentEntry.objects.get()
    assert entry.subscriber is None
    assert (entry.ip, entry.user_agent, entry.detail) == (None, "", {})
    assert entry.address_hash == address_hash("ada@example.com")
    assert (entry.step, entry.at) == (ConsentEntry.Step.CONFIRMED, NOON)


def test_erasing_deletes_interests_and_mails_but_no_delivery() -> None:
    subscriber = make_subscriber()
    make_mail(subscriber)
    Interest.objects.create(subscriber=subscriber, kind=Interest.Kind.KEYWORD, term="diffusion")
    delivery = make_delivery(make_edition(), subscriber)
    erase(subscriber)
    assert not Subscriber.objects.exists()
    assert not Interest.objects.exists()
    delivery.refresh_from_db()
    assert delivery.subscriber is None


def test_a_suppression_stays_when_the_subscriber_is_erased() -> None:
    subscriber = make_subscriber("ada@example.com")
    suppress(subscriber, Suppression.Reason.COMPLAINT, now=NOON)
    erase(subscriber)
    assert is_suppressed("ada@example.com")


def test_a_change_to_the_address_that_another_reader_asked_for_goes_too() -> None:
    ada, bob = make_subscriber("ada@example.com"), make_subscriber("bob@example.com")
    wanted = {"old_email": bob.email, "new_email": ada.email, "requested_at": NOON}
    change = AddressChange.objects.create(subscriber=bob, **wanted)
    make_mail(bob, "address", recipient=ada.email, address_change=change)
    other = AddressChange.objects.create(
        subscriber=bob, **{**wanted, "new_email": "b@c.example"}, ended_at=NOON
    )
    own = make_mail(bob)
    erase(ada)
    assert list(AddressChange.objects.all()) == [other]
    assert list(TransactionalMail.objects.all()) == [own]


@pytest.mark.parametrize("kind", TransactionalMail.Kind.values)
def test_mails_of_every_kind_go_with_their_reader(kind: str) -> None:
    ada = make_subscriber("ada@example.com")
    make_mail(ada, kind, draft={"because": "bounces"})
    other = make_mail(make_subscriber(), kind)
    exported = "".join(export(ada, NOON))
    assert f'"kind": "{kind}"' in exported
    assert '"because": "bounces"' in exported
    erase(ada)
    assert list(TransactionalMail.objects.all()) == [other]


def test_who_gets_the_address_keeps_their_own_entries() -> None:
    ada, heir = make_subscriber("ada@example.com"), make_subscriber("heir@example.com")
    entry_of(ada)
    kept = consent.record(
        ConsentEntry.Step.MOVED,
        email="ada@example.com",
        subscriber=heir,
        origin=RequestOrigin(ip="192.0.2.0"),
        now=NOON,
    )
    erase(ada, keep=heir)
    assert list(ConsentEntry.objects.exclude(ip=None)) == [kept]
    assert Subscriber.objects.get() == heir


def test_entries_without_a_subscriber_are_emptied_too() -> None:
    ada = make_subscriber("ada@example.com")
    consent.record(
        ConsentEntry.Step.REQUESTED,
        email=ada.email,
        subscriber=None,
        origin=RequestOrigin(ip="192.0.2.0"),
        now=NOON,
    )
    erase(ada)
    assert ConsentEntry.objects.get().ip is None
