"""Changes of several subscribers at the same instant wait for each other in one order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from subscribers.account.change_address import (
    NotNow,
    confirm_change,
    request_change,
    undo_change,
)
from subscribers.account.delete import delete
from subscribers.consent import RequestOrigin
from subscribers.models import AddressChange, Subscriber
from subscribers.privacy.locks import lock_subscribers_of
from tests.at_once import wait_until_waiting
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = RequestOrigin()
ADA, BOB, EVE = "ada@a.example", "bob@b.example", "eve@e.example"


def at_the_same_instant(*changes: Callable[[], object]) -> list[object]:
    """The results of changes that all wait for the rows of the subscribers, and then begin at once.

    A refusal (`NotNow`) is its reason; a deadlock is an error.
    """

    def run(change: Callable[[], object]) -> object:
        try:
            return change()
        except NotNow as error:
            return error.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(len(changes)) as threads:
        with transaction.atomic():
            list(Subscriber.objects.select_for_update())
            running = [threads.submit(run, change) for change in changes]
            wait_until_waiting(len(changes))
        return [one.result(timeout=20) for one in running]


def change_of(subscriber: Subscriber, email: str) -> AddressChange:
    return AddressChange.objects.create(
        subscriber=subscriber, old_email=subscriber.email, new_email=email, requested_at=NOW
    )


def confirming(change: AddressChange) -> Callable[[], object]:
    return lambda: confirm_change(change, ORIGIN, NOW)


def test_two_readers_who_ask_for_each_others_address_both_get_an_answer() -> None:
    ada, bob = make_subscriber(ADA), make_subscriber(BOB)
    assert at_the_same_instant(
        lambda: request_change(ada, BOB, ORIGIN, NOW), lambda: request_change(bob, ADA, ORIGIN, NOW)
    ) == [True, True]


def test_two_readers_who_swap_addresses_are_both_told_that_they_are_in_use() -> None:
    ada, bob = make_subscriber(ADA), make_subscriber(BOB)
    changes = change_of(ada, BOB), change_of(bob, ADA)
    assert at_the_same_instant(*map(confirming, changes)) == ["in_use", "in_use"]
    assert set(Subscriber.objects.values_list("pk", "email")) == {(ada.pk, ADA), (bob.pk, BOB)}


def test_of_two_readers_who_move_to_one_address_the_first_gets_it() -> None:
    ada, bob = make_subscriber(ADA), make_subscriber(BOB)
    make_subscriber(EVE, state="pending")
    changes = change_of(ada, EVE), change_of(bob, EVE)
    found = at_the_same_instant(*map(confirming, changes))
    assert sorted(map(str, found)) == ["True", "ended"]
    assert Subscriber.objects.filter(email=EVE, state="active").count() == 1


def test_who_moves_to_an_address_and_who_deletes_it_wait_for_each_other() -> None:
    ada, eve = make_subscriber(ADA), make_subscriber(EVE)
    change = change_of(ada, EVE)
    found = at_the_same_instant(
        confirming(change), lambda: delete(Subscriber.objects.get(pk=eve.pk), NOW, never_again=True)
    )
    assert found in (["ended", None], ["in_use", None])
    assert [one.email for one in Subscriber.objects.all()] == [ADA]


def test_two_undone_moves_wait_for_each_other() -> None:
    ada, bob = make_subscriber("ada@new.example"), make_subscriber("bob@new.example")
    moves = [
        AddressChange.objects.create(
            subscriber=one,
            old_email=other.email,
            new_email=one.email,
            requested_at=NOW - timedelta(hours=1),
            confirmed_at=NOW,
        )
        for one, other in ((ada, bob), (bob, ada))
    ]
    assert at_the_same_instant(
        *(lambda move=move: undo_change(move, ORIGIN, NOW) for move in moves)
    ) == ["in_use", "in_use"]


def test_a_subscriber_who_has_been_erased_is_no_error() -> None:
    ada = make_subscriber(ADA)
    Subscriber.objects.all().delete()
    with transaction.atomic():
        lock_subscribers_of(EVE, ada)
