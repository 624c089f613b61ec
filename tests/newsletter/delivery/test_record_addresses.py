"""No answer of a server brings a reader's address into the ledger, the list or a pause."""

from __future__ import annotations

from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from pytest_django import Settings

from mail.outcome import Outcome
from newsletter.delivery.record import record
from newsletter.delivery.types import Held
from newsletter.models import Delivery
from subscribers.addresses import address_hash
from subscribers.models import Suppression, TransactionalMail
from tests.factories import (
    NOON,
    make_delivery,
    make_edition,
    make_event,
    make_mail,
    make_subscriber,
)

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"
SAID = "550 5.1.1 <Ada@Example.com>: user ada unknown"


def recorded(outcome: Outcome) -> Delivery:
    """A delivery to Ada of which this is the outcome."""
    fence = uuid4()
    delivery = make_delivery(
        make_edition(), make_subscriber(ADA), state="sending", fence=fence, attempts=1
    )
    held = Held(delivery.pk, 1, ADA)
    record(delivery.edition_id, fence, [(held, outcome)], NOON)
    delivery.refresh_from_db()
    return delivery


def test_a_refusal_is_stored_without_the_address() -> None:
    delivery = recorded(Outcome("refused", error=SAID, is_hard_bounce=True))
    assert (delivery.state, delivery.error) == ("failed", "550 5.1.1 <…>: user … unknown")
    assert Suppression.objects.get().detail == "550 5.1.1 <…>: user … unknown"


def test_a_pause_does_not_name_the_reader_and_names_our_sender(settings: Settings) -> None:
    settings.MAIL_DOMAIN = "papers.example.org"
    said = f"553 {ADA} refuses digest@papers.example.org"
    delivery = recorded(Outcome("misconfigured", error=said))
    assert delivery.edition.pause_reason.endswith(": 553 … refuses digest@papers.example.org")


def test_an_accepted_mail_is_stored_without_the_address() -> None:
    delivery = recorded(Outcome("accepted", provider_id=f"250 2.1.5 <{ADA}> queued"))
    assert (delivery.state, delivery.provider_id) == ("sent", "250 2.1.5 <…> queued")


def test_what_was_stored_before_is_cut_by_the_migration() -> None:
    reader, edition = make_subscriber(ADA), make_edition(pause_reason="553 jane@home.example")
    delivery = make_delivery(edition, reader, error=SAID)
    bare = make_delivery(edition, None, error="550 <jane@home.example> is full")
    make_mail(reader, error=SAID)
    make_event(delivery=delivery, detail="user ada is unknown")
    Suppression.objects.create(
        address_hash=address_hash(ADA), reason="hard_bounce", at=NOON, detail=SAID
    )
    import_module("newsletter.migrations.0013_cut_addresses").cut_addresses(apps, None)
    for row in (delivery, bare, edition):
        row.refresh_from_db()
    assert delivery.error == "550 5.1.1 <…>: user … unknown"
    assert bare.error == "550 <…> is full"
    assert edition.pause_reason == "553 …"
    assert TransactionalMail.objects.get().error == Suppression.objects.get().detail
    assert Suppression.objects.get().detail == "550 5.1.1 <…>: user … unknown"
    assert delivery.events.get().detail == "user … is unknown"
