"""The count of a chaos run: what is lost, repeated, mistold. And the bugs it has to find."""

from __future__ import annotations

import pytest

from bench.chaos.planted import PLANTS, plant
from bench.chaos.verdict import Arrival, Entry, Verdict, judge
from newsletter.delivery import ledger


def entry(number: int, state: str) -> Entry:
    return Entry(f"reader{number}@example.com", number if state else 0, state)


def arrival(number: int, *, to: int = 0) -> Arrival:
    return Arrival(f"<digest.{number}.0f@localhost>", f"reader{to or number}@example.com")


def verdict(entries: list[Entry], arrivals: list[Arrival], **counters: int) -> Verdict:
    if not counters:
        states = [entry.state for entry in entries if entry.state]
        counters = {state: states.count(state) for state in states}
    return judge(entries, arrivals, counters)


def test_what_was_sent_and_arrived_is_all_right() -> None:
    found = verdict([entry(1, "sent"), entry(2, "skipped")], [arrival(1)])
    assert found == Verdict(mails=2, arrived=1, skipped=1)


@pytest.mark.parametrize("state", ["sent", "sending", ""])
def test_what_did_not_arrive_is_lost_unless_its_state_says_so(state: str) -> None:
    assert verdict([entry(1, state)], []).lost == 1


@pytest.mark.parametrize("state", ["queued", "deferred", "skipped", "failed", "uncertain"])
def test_a_state_that_tells_of_it_is_no_loss(state: str) -> None:
    assert verdict([entry(1, state)], []).lost == 0


def test_a_mail_that_arrived_three_times_was_repeated_twice() -> None:
    assert verdict([entry(1, "sent")], [arrival(1)] * 3).repeated == 2


def test_two_mails_to_one_reader_are_a_repetition_under_whatever_ids() -> None:
    assert verdict([entry(1, "sent")], [arrival(1), arrival(2, to=1)]).repeated == 1


@pytest.mark.parametrize("state", ["queued", "deferred", "skipped", "failed"])
def test_a_ledger_that_denies_what_arrived_is_wrong(state: str) -> None:
    assert verdict([entry(1, state)], [arrival(1)]).mistold == 1


def test_a_mail_under_another_readers_id_is_wrong() -> None:
    found = verdict([entry(1, "sent"), entry(2, "sent")], [arrival(1, to=2), arrival(2, to=1)])
    assert found.mistold == 2


def test_a_mail_to_a_stranger_is_wrong() -> None:
    assert verdict([entry(1, "sent")], [arrival(1), arrival(7)]).mistold == 1


@pytest.mark.parametrize("state", ["queued", "deferred", "sending", ""])
def test_what_is_neither_final_nor_there_is_unfinished(state: str) -> None:
    assert verdict([entry(1, state)], []).unfinished == 1


def test_counters_that_differ_from_the_rows_are_told_of() -> None:
    found = verdict([entry(1, "sent")], [arrival(1)], sent=3, sending=-1)
    assert found.miscounted == 3


def test_verdicts_add_up() -> None:
    one, two = Verdict(mails=3, lost=1), Verdict(mails=4, uncertain=2)
    assert one + two == Verdict(mails=7, lost=1, uncertain=2)


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_each_bug_can_still_be_planted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {statement: getattr(ledger, statement) for statement, _, _ in PLANTS[name]}
    for statement, sql in right.items():
        monkeypatch.setattr(ledger, statement, sql)  # put back afterwards
    plant(name)
    assert all(getattr(ledger, statement) != sql for statement, sql in right.items())


def test_a_bug_whose_statement_has_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_MARK_SENDING", "SELECT 1")
    with pytest.raises(ValueError, match="plant another bug"):
        plant("no_mark")
