"""A claim takes what it was told to take, and two claims never the same."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter.delivery import ledger
from newsletter.delivery.ledger import Range
from newsletter.models import Delivery, Edition
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=5)


@pytest.fixture
def edition() -> Edition:
    made = make_edition()
    for _ in range(5):
        make_delivery(made, make_subscriber())
    return made


def claim(edition: Edition, most: int) -> list[int]:
    _, claimed = ledger.claim(Range(edition.pk, 1, 2**62), timezone.now(), most, LEASE)
    return [mail.id for mail in claimed]


def test_it_takes_no_more_than_it_was_told_also_in_a_table_that_was_never_analysed(
    edition: Edition,
) -> None:
    assert len(claim(edition, most=2)) == 2
    assert Delivery.objects.exclude(fence=None).count() == 2


def test_claims_take_turns_from_the_lowest_id(edition: Edition) -> None:
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    assert [claim(edition, most=2) for _ in range(4)] == [ids[:2], ids[2:4], ids[4:], []]


def test_a_claim_whose_answer_was_lost_is_claimed_again_by_its_own_fence_only(
    edition: Edition,
) -> None:
    everything, now, fence = Range(edition.pk, 1, 2**62), timezone.now(), uuid.uuid4()
    _, first = ledger.claim(everything, now, 3, LEASE, fence=fence)
    _, again = ledger.claim(everything, now, 3, LEASE, fence=fence)
    _, others = ledger.claim(everything, now, 5, LEASE)
    assert again == first
    assert len(others) == 2
