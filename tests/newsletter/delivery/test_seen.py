"""Which papers a subscriber was sent before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.delivery.seen import seen_papers
from newsletter.editions.loaded_edition import SeenScope
from newsletter.models import StoredPick
from tests.factories import DAY, NOON, make_content, make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("sent", True),
        ("sending", True),
        ("deferred", True),
        ("uncertain", True),
        ("failed", False),
        ("skipped", False),
    ],
)
def test_a_paper_counts_as_sent_if_it_may_have_arrived(state: str, *, counts: bool) -> None:
    earlier, edition = make_edition("daily", DAY - timedelta(days=1)), make_edition("daily", DAY)
    reader = make_subscriber()
    make_content(make_delivery(earlier, reader, state=state), [StoredPick(1, 7, "")])
    seen = seen_papers([reader.pk], edition.pk, SeenScope(NOON, earlier.pk))
    assert seen == ({reader.pk: {7}} if counts else {})


def test_single_older_editions_are_added_to_the_recent_ones() -> None:
    oldest, other, recent, edition = (
        make_edition("daily", DAY - timedelta(days=days)) for days in (30, 29, 1, 0)
    )
    reader = make_subscriber()
    for paper, one, days in ((3, oldest, 29), (4, other, 28), (5, recent, 0)):
        sent = make_delivery(one, reader, state="sent", created_at=NOON - timedelta(days=days))
        make_content(sent, [StoredPick(1, paper, "")])
    scope = SeenScope(NOON - timedelta(days=2), recent.pk, (oldest.pk,))
    assert seen_papers([reader.pk], edition.pk, scope) == {reader.pk: {3, 5}}
