"""A claim takes as many rows as it may, and no two claims take the same."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter.delivery import ledger
from newsletter.models import Delivery, Edition
from tests.factories import make_batch, make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=5)


@pytest.fixture
def edition() -> Edition:
    made = make_edition()
    for _ in range(5):
        make_delivery(made, make_subscriber())
    return made


def claim(edition: Edition, most: int) -> list[int]:
    claimed = ledger.claim(make_batch(edition), timezone.now(), most, LEASE, uuid.uuid4())
    return [one.id for one in claimed]


def test_a_claim_takes_no_more_rows_than_it_may(edition: Edition) -> None:
    """Also in a table without statistics, where the planner expects few rows."""
    assert len(claim(edition, most=2)) == 2
    assert Delivery.objects.exclude(fence=None).count() == 2


def test_claims_begin_with_the_lowest_id(edition: Edition) -> None:
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    assert [claim(edition, most=2) for _ in range(4)] == [ids[:2], ids[2:4], ids[4:], []]


def test_a_claim_is_repeated_under_its_own_fence_only(
    edition: Edition,
) -> None:
    everything, now, fence = make_batch(edition), timezone.now(), uuid.uuid4()
    first = ledger.claim(everything, now, 3, LEASE, fence)
    again = ledger.claim(everything, now, 3, LEASE, fence)
    others = ledger.claim(everything, now, 5, LEASE, uuid.uuid4())
    assert again == first
    assert len(others) == 2
