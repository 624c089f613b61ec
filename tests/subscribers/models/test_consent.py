"""The tables of consent and of suppressed addresses."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from subscribers.models import ConsentEntry, Suppression
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db


def test_an_entry_says_its_step_and_time() -> None:
    entry = ConsentEntry.objects.create(subscriber=make_subscriber(), step="moved", at=NOON)
    assert str(entry).startswith("confirmed the new address at 20")


def test_an_address_is_suppressed_once() -> None:
    Suppression.objects.create(address_hash="a" * 64, reason="complaint", at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address_hash="a" * 64, reason="operator", at=NOON)
