"""Addresses that were stored in other spellings get the one spelling, and lose no yes and no no."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction

from newsletter.models import Delivery
from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber, Suppression
from tests.factories import NOON, make_delivery, make_edition, make_mail, make_subscriber

pytestmark = pytest.mark.django_db
MIGRATION = import_module("subscribers.migrations.0004_one_spelling")
OLD, NEW = "Jo@bücher.example.org", "jo@xn--bcher-kva.example.org"
State = Subscriber.State
LATER = NOON + timedelta(days=1)


def correct() -> Subscriber:
    """Run the migration; the subscriber of the address."""
    with transaction.atomic():
        MIGRATION.give_one_spelling(apps, None)
    return Subscriber.objects.get(email=NEW)


def former_hash(email: str) -> str:
    return hashlib.sha256(email.lower().encode()).hexdigest()


@pytest.mark.parametrize("email", [OLD, "JO@xn--bcher-kva.example.org", f"{NEW}."])
def test_an_address_gets_its_spelling(email: str) -> None:
    stored, other = make_subscriber(email), make_subscriber("bob@example.org")
    before = other.updated_at
    assert correct().pk == stored.pk
    other.refresh_from_db()
    assert (other.email, other.updated_at) == ("bob@example.org", before)


def test_the_entries_of_an_address_follow_its_hash() -> None:
    stored = make_subscriber(OLD)
    ConsentEntry.objects.create(
        subscriber=stored, address_hash=former_hash(OLD), step="confirmed", at=NOON
    )
    correct()
    assert ConsentEntry.objects.get().address_hash == address_hash(NEW)


def test_a_suppression_under_the_former_hash_stops_the_subscriber() -> None:
    make_subscriber(NEW, next_send_at=NOON)
    Suppression.objects.create(address_hash=former_hash(OLD), reason="complaint", at=NOON)
    subscriber = correct()
    assert (subscriber.state, subscriber.next_send_at) == (State.SUPPRESSED, None)
    assert Suppression.objects.get().address_hash == address_hash(NEW)
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.detail) == ("suppressed", {"reason": "complaint"})


def test_two_subscribers_of_one_address_become_one_with_all_that_both_had() -> None:
    old = make_subscriber(OLD, state=State.UNSUBSCRIBED, unsubscribed_at=NOON)
    new = make_subscriber(NEW, confirmed_at=LATER, next_send_at=LATER)
    for one in (old, new):
        make_mail(one)
        consent.record(
            ConsentEntry.Step.REQUESTED,
            email=one.email,
            subscriber=one,
            origin=RequestOrigin(),
            now=NOON,
        )
    Interest.objects.create(subscriber=old, kind="keyword", term="diffusion")
    both, only_old = make_edition(), make_edition(cadence="daily")
    make_delivery(both, old), make_delivery(both, new), make_delivery(only_old, old)
    subscriber = correct()
    assert subscriber.pk == new.pk
    assert (subscriber.state, subscriber.unsubscribed_at) == (State.ACTIVE, NOON)
    assert subscriber.consent_entries.count() == subscriber.mails.count() == 2
    assert [interest.term for interest in subscriber.interests.all()] == ["diffusion"]
    assert Delivery.objects.filter(subscriber=subscriber).count() == 2
    assert Delivery.objects.filter(subscriber=None).count() == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"state": "active", "confirmed_at": NOON}, {"state": "pending"}, "active"),
        ({"state": "suppressed"}, {"state": "active", "confirmed_at": LATER}, "suppressed"),
        (
            {"state": "active", "confirmed_at": NOON},
            {"state": "unsubscribed", "unsubscribed_at": LATER},
            "unsubscribed",
        ),
        (
            {"state": "active", "confirmed_at": LATER},
            {"state": "unsubscribed", "unsubscribed_at": NOON},
            "active",
        ),
        ({"state": "pending"}, {"state": "unsubscribed"}, "unsubscribed"),
        ({"state": "pending"}, {"state": "pending"}, "pending"),
    ],
)
def test_the_later_word_counts_and_a_suppression_always(
    old: dict[str, object], new: dict[str, object], expected: str
) -> None:
    for values, email in ((old, OLD), (new, NEW)):
        due = LATER if values["state"] == "active" else None
        make_subscriber(email, next_send_at=due, **values)
    subscriber = correct()
    assert subscriber.state == expected
    assert (subscriber.next_send_at is None) is (expected != "active")
    assert Subscriber.objects.count() == 1
