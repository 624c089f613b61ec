"""The values of a delivery: what a burst holds, and the digests it makes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from newsletter.delivery import ledger
from newsletter.delivery.types import Burst, Claimed, Content, RenderStamp
from newsletter.editions import old_tokens
from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.rendering.message import Digest
from newsletter.editions.tokens import make_tokens
from newsletter.models import Delivery, Edition, StoredPick
from tests.factories import (
    DAY,
    make_batch,
    make_burst,
    make_delivery,
    make_paper,
    make_signal,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

FIRST_TRY = datetime(2025, 3, 15, 9, tzinfo=UTC)
SECOND_TRY = FIRST_TRY + timedelta(hours=1)
LEASE = timedelta(minutes=5)


def never_sent(*ids: int) -> list[Claimed]:
    return [Claimed(number, subscriber_id=number, attempts=0) for number in ids]


def sent_before(number: int) -> Claimed:
    content = Content([StoredPick(1, 5, "")], RenderStamp(FIRST_TRY, RENDERER, "key"))
    return Claimed(number, subscriber_id=number, attempts=2, content=content)


# ── bursts ───────────────────────────────────────────────────────────────────


def test_a_burst_has_the_addresses_of_its_deliveries() -> None:
    burst = make_burst(never_sent(4, 7))
    assert burst.addresses == {4: "reader4@example.com", 7: "reader7@example.com"}
    assert (len(burst), [item.id for item in burst]) == (2, [4, 7])


def test_a_burst_keeps_the_named_items_in_order() -> None:
    burst = make_burst(never_sent(9, 4, 7))
    kept = burst.keep({7, 9, 1000})
    assert [item.id for item in kept] == [9, 7]
    assert kept.stamp == burst.stamp


def test_attempts_are_counted_from_one() -> None:
    burst = make_burst([*never_sent(1), sent_before(2)])
    assert [item.attempt for item in burst] == [1, 3]


# ── digests ──────────────────────────────────────────────────────────────────


@pytest.fixture
def edition() -> Edition:
    """An edition of one paper."""
    make_signal(make_paper("A study"), 5.0, read_at=datetime(2025, 3, 14, 20, tzinfo=UTC))
    return compose("weekly", DAY, FIRST_TRY)


def claim(edition: Edition, fence: uuid.UUID, now: datetime) -> list[Claimed]:
    return ledger.claim(make_batch(edition), now, 50, LEASE, fence)


def burst_of(edition: Edition, claimed: list[Claimed], now: datetime) -> Burst:
    """A burst of these deliveries with the edition's one paper, stamped with this time."""
    paper = edition.candidates.get().paper_id
    burst = make_burst(claimed, [StoredPick(1, paper, "a reason")], LoadedEdition(edition))
    return Burst(burst.items, RenderStamp(now, RENDERER, current_key_id()))


def mark_and_defer(edition: Edition, fence: uuid.UUID, burst: Burst) -> None:
    """The first attempt: its content is stored, and the server defers it."""
    assert ledger.mark_sending(edition.pk, fence, burst, SECOND_TRY)
    Delivery.objects.update(
        state="deferred", lease_until=None, fence=None, next_attempt_at=SECOND_TRY
    )


def facts(digest: Digest) -> tuple[int, str, datetime, int]:
    return digest.delivery_id, digest.to, digest.dated_at, digest.attempts


def test_a_burst_makes_a_digest_for_each_recipient(edition: Edition) -> None:
    digests = burst_of(edition, never_sent(4, 7), FIRST_TRY).digests()
    assert [facts(digest) for digest in digests] == [
        (4, "reader4@example.com", FIRST_TRY, 1),
        (7, "reader7@example.com", FIRST_TRY, 1),
    ]
    assert [digest.tokens for digest in digests] == [
        make_tokens(number, number, "s", FIRST_TRY) for number in (4, 7)
    ]
    assert {digest.subject for digest in digests} == {"A study"}


def test_a_second_attempt_keeps_the_stamp_of_the_first(
    edition: Edition, settings: Settings
) -> None:
    """Its bytes are the same, though the key was changed and the rest of its burst is new."""
    fence = uuid.uuid4()
    make_delivery(edition, make_subscriber())
    first = burst_of(edition, claim(edition, fence, FIRST_TRY), FIRST_TRY)
    mark_and_defer(edition, fence, first)
    make_delivery(edition, make_subscriber())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough for the tests of this project"

    second = burst_of(edition, claim(edition, uuid.uuid4(), SECOND_TRY), SECOND_TRY)

    again, new = second.digests()
    [before] = first.digests()
    assert again.as_bytes() == before.as_bytes()
    assert [(one.dated_at, one.attempts) for one in (again, new)] == [
        (FIRST_TRY, 2),
        (SECOND_TRY, 1),
    ]
    made = [
        make_tokens(one.delivery_id, item.recipient.id, item.recipient.secret, one.dated_at)
        for one, item in zip((again, new), second, strict=True)
    ]
    assert new.tokens == made[1]
    assert again.tokens != made[0]


def test_a_digest_that_the_first_renderer_began_keeps_its_tokens(edition: Edition) -> None:
    stamp = RenderStamp(FIRST_TRY, old_tokens.RENDERER, current_key_id())
    [item] = burst_of(edition, never_sent(4), SECOND_TRY)
    begun = item._replace(delivery=item.delivery._replace(content=Content([], stamp)))
    [digest] = Burst([begun], RenderStamp(SECOND_TRY, RENDERER, current_key_id())).digests()
    assert digest.tokens == old_tokens.make_old_tokens(4, current_key_id())


def test_a_digest_whose_key_is_gone_cannot_be_made(edition: Edition) -> None:
    burst = burst_of(edition, [sent_before(7)], SECOND_TRY)
    with pytest.raises(LookupError):
        burst.digests()
