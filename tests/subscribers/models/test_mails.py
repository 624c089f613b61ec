"""The tables of single mails and of changes of address."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from subscribers.models import AddressChange
from tests.factories import NOON, make_mail, make_subscriber

pytestmark = pytest.mark.django_db


def test_a_mail_goes_to_its_own_recipient_if_it_has_one() -> None:
    subscriber = make_subscriber("ada@example.com")
    assert make_mail(subscriber).address == "ada@example.com"
    assert make_mail(subscriber, recipient="new@example.com").address == "new@example.com"


def test_one_change_of_address_waits_at_a_time() -> None:
    change = {
        "subscriber": make_subscriber("ada@example.com"),
        "old_email": "ada@example.com",
        "requested_at": NOON,
    }
    AddressChange.objects.create(new_email="old.wish@example.com", ended_at=NOON, **change)
    AddressChange.objects.create(new_email="wish@example.com", **change)
    with pytest.raises(IntegrityError, match="address_change_pending_once"), transaction.atomic():
        AddressChange.objects.create(new_email="other.wish@example.com", **change)
