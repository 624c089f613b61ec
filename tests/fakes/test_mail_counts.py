"""The counts of mails: lost, repeated, misreported."""

from __future__ import annotations

import pytest

from fakes.mail_counts import Counts, Expected, count
from fakes.mail_receiver import Arrival


def expected(number: int, state: str) -> Expected:
    return Expected(f"reader{number}@example.com", number if state else 0, state)


def arrival(number: int, *, to: int = 0) -> Arrival:
    return Arrival(f"<digest.{number}.0f@localhost>", f"reader{to or number}@example.com")


def counted(rows: list[Expected], arrivals: list[Arrival], **counters: int) -> Counts:
    if not counters:
        states = [row.state for row in rows if row.state]
        counters = {state: states.count(state) for state in states}
    return count(rows, arrivals, counters)


def test_sent_mails_that_arrived_are_right() -> None:
    found = counted([expected(1, "sent"), expected(2, "skipped")], [arrival(1)])
    assert found == Counts(mails=2, arrived=1, skipped=1)


@pytest.mark.parametrize("state", ["sent", "sending", ""])
def test_a_mail_that_did_not_arrive_is_lost(state: str) -> None:
    assert counted([expected(1, state)], []).lost == 1


@pytest.mark.parametrize("state", ["queued", "deferred", "skipped", "failed", "uncertain"])
def test_a_state_that_says_so_is_no_loss(state: str) -> None:
    assert counted([expected(1, state)], []).lost == 0


def test_a_mail_that_arrived_three_times_was_repeated_twice() -> None:
    assert counted([expected(1, "sent")], [arrival(1)] * 3).repeated == 2


def test_two_mails_to_one_recipient_are_a_repetition() -> None:
    assert counted([expected(1, "sent")], [arrival(1), arrival(2, to=1)]).repeated == 1


@pytest.mark.parametrize("state", ["queued", "deferred", "skipped", "failed"])
def test_a_ledger_that_denies_an_arrival_is_wrong(state: str) -> None:
    assert counted([expected(1, state)], [arrival(1)]).misreported == 1


def test_a_mail_under_the_id_of_another_delivery_is_wrong() -> None:
    rows = [expected(1, "sent"), expected(2, "sent")]
    assert counted(rows, [arrival(1, to=2), arrival(2, to=1)]).misreported == 2


def test_a_mail_to_a_stranger_is_wrong() -> None:
    assert counted([expected(1, "sent")], [arrival(1), arrival(7)]).misreported == 1


@pytest.mark.parametrize("state", ["queued", "deferred", "sending", ""])
def test_a_row_that_is_not_final_is_unfinished(state: str) -> None:
    assert counted([expected(1, state)], []).unfinished == 1


def test_counters_that_differ_from_the_rows_are_counted() -> None:
    assert counted([expected(1, "sent")], [arrival(1)], sent=3, sending=-1).miscounted == 3


def test_counts_add_up() -> None:
    one, two = Counts(mails=3, lost=1), Counts(mails=4, uncertain=2)
    assert one + two == Counts(mails=7, lost=1, uncertain=2)
