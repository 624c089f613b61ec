"""Addresses that must get no mail."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.suppress import is_suppressed, suppress, suppressed_ids, unsuppress
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db
REASON = Suppression.Reason


def test_a_suppressed_reader_is_never_due_again() -> None:
    reader = make_subscriber(next_send_at=NOON)
    suppress(reader, REASON.HARD_BOUNCE, detail="550 no such user", now=NOON)
    reader.refresh_from_db()
    assert (reader.state, reader.next_send_at) == (Subscriber.State.SUPPRESSED, None)
    assert is_suppressed(reader.email)
    assert Suppression.objects.get().detail == "550 no such user"


def test_suppressing_twice_keeps_the_first_reason_and_one_entry() -> None:
    reader = make_subscriber()
    suppress(reader, REASON.HARD_BOUNCE, now=NOON)
    suppress(reader, REASON.COMPLAINT, now=NOON)
    assert Suppression.objects.get().reason == REASON.HARD_BOUNCE
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.subscriber, entry.detail) == (
        ConsentEntry.Step.SUPPRESSED,
        reader,
        {"reason": "hard_bounce"},
    )


def test_an_address_without_a_reader_can_be_suppressed() -> None:
    suppress(" Nobody@Example.com", REASON.OPERATOR, now=NOON)
    assert is_suppressed("nobody@example.com")
    assert not is_suppressed("somebody@example.com")


def test_a_suppression_by_address_finds_its_reader() -> None:
    reader = make_subscriber("ada@example.com")
    suppress("Ada@example.com", REASON.COMPLAINT, now=NOON)
    reader.refresh_from_db()
    assert reader.state == Subscriber.State.SUPPRESSED


def test_a_burst_is_checked_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    by_state = make_subscriber(state=Subscriber.State.SUPPRESSED)
    # Say, an import brought the reader in again after the complaint.
    by_hash = make_subscriber("ada@example.com")
    suppress("ada@example.com", REASON.COMPLAINT, now=NOON)
    Subscriber.objects.filter(pk=by_hash.pk).update(state=Subscriber.State.ACTIVE)
    fine, elsewhere = make_subscriber(), make_subscriber(state=Subscriber.State.SUPPRESSED)
    with django_assert_num_queries(1):
        found = suppressed_ids([by_state.pk, by_hash.pk, fine.pk])
    assert found == {by_state.pk, by_hash.pk}
    assert elsewhere.pk not in found
    assert suppressed_ids([]) == set()


def test_after_unsuppress_the_subscriber_signs_up_again() -> None:
    reader = make_subscriber()
    suppress(reader, REASON.OPERATOR, now=NOON)
    unsuppress(reader.email)
    reader.refresh_from_db()
    assert reader.state == Subscriber.State.UNSUBSCRIBED
    assert not is_suppressed(reader.email)
