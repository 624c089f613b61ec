"""Composing an edition again: only the newest one, and only while nothing of it was sent."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from mail.factory import open_transport
from newsletter.delivery import ledger
from newsletter.delivery.compose_again import CannotComposeAgain, annotate, compose_again
from newsletter.delivery.deliver import deliver
from newsletter.editions.compose import compose
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.personalize import Interests
from newsletter.models import Edition, Tally
from tests.factories import make_batch, make_delivery, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 17)
NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def empty() -> Edition:
    edition = compose("daily", DAY, NOW - timedelta(hours=1))
    make_paper("Tea", listed_on=DAY)
    return edition


def titles(edition: Edition) -> list[str]:
    return [candidate.facts["title"] for candidate in edition.candidates.all()]


def test_it_holds_what_is_stored_by_now(empty: Edition) -> None:
    again = compose_again(empty.pk, NOW)
    assert (again.pk, again.state, titles(again)) == (empty.pk, "frozen", ["Tea"])
    assert again.composed_at == NOW


def test_a_process_that_loaded_it_loads_it_again(empty: Edition) -> None:
    assert not load_edition(empty.pk).select(Interests(), ()).picks
    compose_again(empty.pk, NOW)
    assert len(load_edition(empty.pk).select(Interests(), ()).picks) == 1


def test_skipped_subscribers_are_decided_again(empty: Edition) -> None:
    delivery = make_delivery(empty, make_subscriber(), state="skipped", reason="no new papers")
    compose_again(empty.pk, NOW)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.next_attempt_at) == ("queued", "", NOW)
    counts = dict(Tally.objects.filter(edition=empty).values_list("state", "count"))
    assert {state: count for state, count in counts.items() if count} == {"queued": 1}


@pytest.mark.parametrize("state", ["sent", "sending", "deferred", "uncertain", "failed"])
def test_what_was_sent_stays_as_it_is(empty: Edition, state: str) -> None:
    make_delivery(empty, make_subscriber(), state=state, attempts=1)
    with pytest.raises(CannotComposeAgain, match="Some of its mails were sent"):
        compose_again(empty.pk, NOW)
    empty.refresh_from_db()
    assert (empty.state, titles(empty)) == ("frozen", [])


def test_an_edition_that_a_worker_is_about_to_send_stays(empty: Edition) -> None:
    make_delivery(empty, make_subscriber(), created_at=NOW, next_attempt_at=NOW)
    ledger.claim(make_batch(empty), NOW, 50, 5 * MINUTE, uuid.uuid4())
    with pytest.raises(CannotComposeAgain, match="about to send"):
        compose_again(empty.pk, NOW + MINUTE)


def test_a_claim_that_ran_out_sends_nothing_afterwards(empty: Edition) -> None:
    fence = uuid.uuid4()
    delivery = make_delivery(empty, make_subscriber(), created_at=NOW, next_attempt_at=NOW)
    ledger.claim(make_batch(empty), NOW, 50, MINUTE, fence)
    compose_again(empty.pk, NOW + 2 * MINUTE)
    delivery.refresh_from_db()
    assert (delivery.fence, delivery.lease_until) == (None, None)


def test_nothing_is_claimed_while_it_is_composed(empty: Edition) -> None:
    make_delivery(empty, make_subscriber(), created_at=NOW, next_attempt_at=NOW)
    Edition.objects.filter(pk=empty.pk).update(state="open")
    assert ledger.claim(make_batch(empty), NOW, 50, MINUTE, uuid.uuid4()) == []
    with open_transport() as transport:
        assert deliver(make_batch(empty), NOW + MINUTE, transport) is None


def test_a_worker_that_loaded_it_before_claims_nothing_of_it(empty: Edition) -> None:
    make_delivery(empty, make_subscriber(), created_at=NOW, next_attempt_at=NOW)
    before = load_edition(empty.pk).composed_at
    after = compose_again(empty.pk, NOW).composed_at
    for composed_at, claimed in ((before, 0), (after, 1)):
        found = ledger.claim(
            make_batch(empty), NOW, 50, MINUTE, uuid.uuid4(), composed_at=composed_at
        )
        assert len(found) == claimed


def test_an_attempt_that_was_interrupted_is_repeated_by_the_next_tick(empty: Edition) -> None:
    make_paper("Old", listed_on=DAY)
    compose_again(empty.pk, NOW)
    Edition.objects.filter(pk=empty.pk).update(state="open")
    assert sorted(titles(compose("daily", DAY, NOW))) == ["Old", "Tea"]


def test_an_older_edition_stays(empty: Edition) -> None:
    with pytest.raises(CannotComposeAgain, match="A newer edition has closed"):
        compose_again(empty.pk, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("values", "reason"), [({"cancelled_at": NOW}, "cancelled"), ({"state": "open"}, "not frozen")]
)
def test_a_cancelled_or_open_edition_is_refused(
    empty: Edition, values: dict[str, object], reason: str
) -> None:
    Edition.objects.filter(pk=empty.pk).update(**values)
    with pytest.raises(CannotComposeAgain, match=reason):
        compose_again(empty.pk, NOW)


# ── other notes ──────────────────────────────────────────────────────────────


def test_notes_are_given_to_a_frozen_edition_and_a_process_loads_it_again(empty: Edition) -> None:
    compose_again(empty.pk, NOW)
    loaded = load_edition(empty.pk)
    annotate(empty.pk, "A quiet day.", {1: "Read **it**."}, NOW + MINUTE)
    digest = load_edition(empty.pk).select(Interests(), ()).body
    assert "A quiet day." in digest.text("", "", "", "")
    assert "Read <strong>it</strong>." in digest.html("", "", "", "")
    assert "A quiet day." not in loaded.select(Interests(), ()).body.text("", "", "", "")
    assert titles(empty) == ["Tea"]


def test_a_claim_of_before_the_notes_marks_nothing(empty: Edition) -> None:
    fence = uuid.uuid4()
    delivery = make_delivery(empty, make_subscriber(), created_at=NOW, next_attempt_at=NOW)
    ledger.claim(make_batch(empty), NOW, 50, MINUTE, fence)
    annotate(empty.pk, "A quiet day.", {}, NOW + 2 * MINUTE)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.fence) == ("queued", None)


@pytest.mark.parametrize("state", ["sent", "sending", "uncertain", "failed"])
def test_notes_of_what_was_sent_stay(empty: Edition, state: str) -> None:
    make_delivery(empty, make_subscriber(), state=state, attempts=1)
    with pytest.raises(CannotComposeAgain, match="Some of its mails were sent"):
        annotate(empty.pk, "Too late.", {}, NOW)
    empty.refresh_from_db()
    assert (empty.state, empty.note) == ("frozen", "")


def test_notes_of_a_cancelled_edition_stay(empty: Edition) -> None:
    Edition.objects.filter(pk=empty.pk).update(cancelled_at=NOW)
    with pytest.raises(CannotComposeAgain, match="It is cancelled"):
        annotate(empty.pk, "Too late.", {}, NOW)


def test_composing_again_keeps_the_notes_on_papers(empty: Edition) -> None:
    compose_again(empty.pk, NOW)
    annotate(empty.pk, "", {1: "Read it."}, NOW)
    make_paper("Coffee", listed_on=DAY)
    again = compose_again(empty.pk, NOW + MINUTE)
    noted = {one.facts["title"]: one.note for one in again.candidates.all()}
    assert noted == {"Tea": "Read it.", "Coffee": ""}
    assert "Read it." in again.candidates.get(facts__title="Tea").html
