"""What the ledger stores of a digest when its delivery is first marked `sending`."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import cast

import pytest

from newsletter.delivery import ledger
from newsletter.delivery.types import Burst, Item
from newsletter.editions.loaded_edition import LoadedEdition, Selection
from newsletter.models import DigestContent, StoredPick
from tests.factories import (
    NOON,
    make_batch,
    make_delivery,
    make_edition,
    make_recipient,
    make_stamp,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

LEASE = timedelta(minutes=5)
PICKS = [StoredPick(1, 5, "first"), StoredPick(2, 6, "second")]
NO_EDITION = cast("LoadedEdition", None)  # it builds messages, and none is built here


def stored(*selections: Selection) -> list[DigestContent]:
    """What is stored of deliveries with these selections, in order."""
    edition, fence = make_edition(), uuid.uuid4()
    for _ in selections:
        make_delivery(edition, make_subscriber())
    claimed = ledger.claim(make_batch(edition), NOON, 10, LEASE, fence, composed_at=None)
    items = [
        Item(one, make_recipient(one.id), selection)
        for one, selection in zip(claimed, selections, strict=True)
    ]
    burst = Burst(items, make_stamp())
    assert ledger.mark_sending(edition.pk, fence, burst, NOON + LEASE) == {one.id for one in items}
    return list(DigestContent.objects.order_by("delivery_id"))


def test_the_place_of_an_explored_paper_is_stored_and_its_absence_too() -> None:
    first, last, none = stored(
        Selection(PICKS, NO_EDITION, explored=0),
        Selection(PICKS, NO_EDITION, explored=1),
        Selection(PICKS, NO_EDITION),
    )
    assert (first.explored, last.explored, none.explored) == (0, 1, None)


def test_the_teams_of_two_compared_rankings_are_stored() -> None:
    compared, other = stored(Selection(PICKS, NO_EDITION, teams="BA"), Selection(PICKS, NO_EDITION))
    assert (compared.teams, other.teams) == ("BA", "")
    assert compared.picks == other.picks == PICKS


def test_sections_and_an_opening_are_stored_and_claimed_again() -> None:
    said = 'First, {with} "signs"\\ and\nlines.'
    first, other = stored(
        Selection(PICKS, NO_EDITION, sections="fx", opening=said), Selection(PICKS, NO_EDITION)
    )
    assert (first.sections, first.opening) == ("fx", said)
    assert (other.sections, other.opening) == ("", "")
    content = ledger._contents(first.edition_id, [first.pk])[first.pk]
    assert (content.sections, content.opening) == ("fx", said)
