"""Whether the mail server takes mail, with a real Redis that several processes share."""

from __future__ import annotations

import time

import pytest
from pytest_django import Settings

from mail import relay
from mail.outcome import Outcome, of_opening, of_reply, of_status
from mail.relay import Relay, RelayState, judge, relay_state
from mail.run import Run

ACCEPTED = Outcome("accepted", provider_id="1")
REFUSED = of_reply("recipient", 550, "5.1.1 no such user")
NO_CONNECTION = of_opening(ConnectionRefusedError(111, "refused"))
BUSY = of_reply("sender", 452, "4.3.1 Insufficient system storage")
BROKEN_API = of_status(503, "HTTP 503", {})
SILENT = Outcome("unknown", error="ReadTimeout")
OURS = of_reply("greeting", 554, "5.7.1 Client host [192.0.2.7] blocked using Spamhaus")
GREY = of_reply("recipient", 450, "4.2.0 greylisted")


@pytest.fixture(autouse=True)
def _pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for, and a state that is read anew each time."""
    monkeypatch.setattr(relay, "_FIRST_PAUSE", 0.2)
    monkeypatch.setattr(relay, "_LONGEST_PAUSE", 0.5)
    monkeypatch.setattr(relay, "_FRESH", 0.0)


def known() -> RelayState:
    state = relay_state()
    assert state is not None
    return state


# ── the decision ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcomes", "is_probe", "verdict"),
    [
        ([NO_CONNECTION], False, "down"),
        ([NO_CONNECTION, REFUSED], False, "down"),
        ([ACCEPTED, NO_CONNECTION, NO_CONNECTION], False, "answers"),
        ([BUSY], False, "unknown"),
        ([BUSY] * 2, False, "unknown"),
        ([BUSY] * 3, False, "down"),
        ([BUSY], True, "down"),
        ([BUSY] * 3 + [GREY], False, "answers"),
        ([BROKEN_API] * 50, False, "down"),
        ([SILENT] * 50, False, "down"),
        ([SILENT], False, "unknown"),
        ([SILENT], True, "down"),
        ([REFUSED] * 50, False, "answers"),
        ([GREY] * 50, False, "answers"),
        ([OURS], False, "answers"),
        ([OURS], True, "answers"),
        ([Outcome("deferred", is_ours=True)] * 5, True, "unknown"),
    ],
)
def test_the_outcomes_of_a_burst_show_whether_the_server_takes_mail(
    outcomes: list[Outcome], is_probe: bool, verdict: str
) -> None:
    assert judge(outcomes, is_probe=is_probe)[0] == verdict


def test_an_attempt_counts_unless_the_server_is_at_fault() -> None:
    _, several = judge([BUSY] * 3, is_probe=False)
    _, one = judge([BUSY], is_probe=False)
    _, among = judge([BUSY] * 3 + [ACCEPTED], is_probe=False)
    assert [outcome.is_counted for outcome in several] == [False] * 3
    assert [outcome.is_counted for outcome in one] == [True]
    assert [outcome.is_counted for outcome in among] == [True] * 4


# ── what all processes see ───────────────────────────────────────────────────


def test_a_server_that_takes_mail_limits_nothing() -> None:
    process = Relay()
    assert process.note([ACCEPTED] * 3) == [ACCEPTED] * 3
    assert (process.is_open, process.admits(50), known()) == (True, 50, RelayState())


def test_no_process_sends_while_the_server_is_down() -> None:
    Relay().note([NO_CONNECTION] * 50)
    other = Relay()
    assert (other.is_open, other.admits(50)) == (False, 0)
    state = known()
    assert state.is_down
    assert state.reason.startswith("the mail server refused the connection")
    assert abs(state.since - time.time()) < 5


def test_after_the_pause_one_process_tries_one_message() -> None:
    first, second = Relay(), Relay()
    first.note([NO_CONNECTION] * 50)
    time.sleep(0.25)
    assert (first.admits(50), second.admits(50), first.admits(50)) == (1, 0, 1)
    first.note([NO_CONNECTION])
    assert known().failures == 2
    assert known().wait > 0.2


def test_a_pause_is_never_longer_than_the_longest() -> None:
    for _ in range(5):
        Relay().note([NO_CONNECTION])
        time.sleep(known().wait + 0.01)
    Relay().note([NO_CONNECTION])
    assert 0.3 < known().wait <= 0.5


def test_one_outage_that_many_processes_meet_counts_once() -> None:
    for process in [Relay() for _ in range(8)]:
        process.note([NO_CONNECTION] * 50)
    assert (known().failures, known().pauses) == (1, 1)


def test_a_longer_pause_is_kept_when_the_server_asks_for_it() -> None:
    Relay().note([of_status(429, "slow down", {"Retry-After": "60"})] * 3)
    assert 55 < known().wait <= 60


@pytest.mark.parametrize("answer", [ACCEPTED, REFUSED, GREY])
def test_the_first_answer_ends_it(answer: Outcome) -> None:
    Relay().note([NO_CONNECTION])
    time.sleep(0.25)
    process = Relay()
    assert process.admits(50) == 1
    process.note([answer])
    assert not known().is_down
    assert (process.admits(50), Relay().admits(50)) == (50, 50)
    assert (process.take_recovery(), process.take_recovery()) == (True, False)
    assert known().pauses == 1


def test_a_probe_without_a_message_leaves_the_next_one_to_others() -> None:
    Relay().note([NO_CONNECTION])
    time.sleep(0.25)
    process = Relay()
    assert process.admits(1) == 1
    process.note([])
    assert Relay().admits(1) == 1


def test_without_redis_mail_is_tried(settings: Settings) -> None:
    relay._redis.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    process = Relay()
    assert process.note([NO_CONNECTION]) == [NO_CONNECTION]
    assert (process.is_open, process.admits(50), relay_state()) == (True, 50, None)
    relay._redis.cache_clear()


# ── mail that is refused because of us ───────────────────────────────────────


def test_a_refusal_that_is_about_us_is_known_until_a_message_is_accepted() -> None:
    process = Relay()
    process.note([OURS])
    assert known().refusal == (
        "the sending address or domain is on a block list, or has a bad reputation. "
        "It said: 554 5.7.1 Client host [192.0.2.7] blocked using Spamhaus"
    )
    assert process.admits(50) == 50
    Relay().note([REFUSED])
    assert known().refusal
    process.note([ACCEPTED])
    assert known() == RelayState()


def test_a_refusal_for_now_that_is_about_us_is_known_too() -> None:
    reply = of_reply("recipient", 450, "4.7.1 <web-1>: Helo command rejected: Host not found")
    Relay().note(Run().resolve([reply]))
    assert "set EHLO_NAME" in known().refusal


def test_the_words_that_are_kept_name_no_address() -> None:
    Relay().note([of_reply("sender", 550, "<ada@example.com> sender rejected")])
    assert "ada@" not in known().refusal
    Relay().note([of_reply("greeting", 421, "not for ada@example.com")])
    assert known().reason == "421 not for …"
