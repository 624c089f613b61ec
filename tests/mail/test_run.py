"""Whether refusals concern their messages or us, by what else the server said."""

from __future__ import annotations

import pytest

from mail.outcome import Outcome, of_reply
from mail.run import History, Run, concerns_us, resolve_refusals, without_details

ACCEPTED = Outcome("accepted", provider_id="1")


def reply(code: int, text: str) -> Outcome:
    return of_reply("recipient", code, text)


RELAY = reply(554, "5.7.1 <ada@example.com>: Relay access denied")
UNCLEAR = reply(554, "5.7.1 no")
MISSING = reply(550, "5.1.1 <ada@example.com>: no such user")
NOT_NOW = reply(450, "4.7.25 Client host rejected: cannot find your hostname")


def states(*outcomes: Outcome, history: History = History()) -> list[str]:  # noqa: B008 (a constant)
    return [outcome.state for outcome in resolve_refusals(outcomes, history)]


def test_what_blames_us_is_ours_while_nothing_was_accepted() -> None:
    assert states(RELAY) == ["misconfigured"]
    assert states(RELAY, UNCLEAR, MISSING) == ["misconfigured", "deferred", "refused"]


@pytest.mark.parametrize("history", [History(is_proven=True), History(is_proven=True, times=2)])
def test_once_a_message_was_accepted_a_single_refusal_is_its_message_s(history: History) -> None:
    assert states(RELAY, history=history) == ["refused"]
    assert states(RELAY, ACCEPTED) == ["refused", "accepted"]


def test_an_unclear_refusal_is_final_once_a_message_was_accepted() -> None:
    assert states(UNCLEAR) == ["deferred"]
    assert states(UNCLEAR, ACCEPTED) == ["refused", "accepted"]
    assert states(UNCLEAR, history=History(is_proven=True)) == ["refused"]


@pytest.mark.parametrize(
    ("same", "accepted", "is_proven", "ours"),
    [
        (1, 0, False, True),
        (1, 0, True, False),
        (2, 0, True, False),
        (3, 0, True, True),
        (1, 1, False, False),
        (3, 12, False, True),
        (3, 13, False, False),
        (10, 40, True, True),
        (10, 41, True, False),
        (40, 10, False, True),
    ],
)
def test_counts_decide(same: int, accepted: int, is_proven: bool, ours: bool) -> None:
    assert concerns_us(same, accepted, is_proven) == ours


@pytest.mark.parametrize("one", [UNCLEAR, MISSING, RELAY, reply(552, "5.3.4 too big"), NOT_NOW])
def test_ten_equal_refusals_and_nothing_else_are_ours(one: Outcome) -> None:
    outcomes = resolve_refusals([one] * 10, History())
    assert {outcome.state for outcome in outcomes} == {"misconfigured"}
    assert {outcome.cause for outcome in outcomes} == {"us"}
    assert not any(outcome.is_hard_bounce for outcome in outcomes)
    assert all(outcome.advice for outcome in outcomes)


def test_the_address_within_a_refusal_makes_no_difference() -> None:
    burst = [
        reply(550, f"5.1.1 <reader{number}@example.com>: no such user") for number in range(10)
    ]
    assert states(*burst) == ["misconfigured"] * 10


def test_nine_missing_mailboxes_are_missing() -> None:
    outcomes = resolve_refusals([MISSING] * 9, History())
    assert [(one.state, one.is_hard_bounce) for one in outcomes] == [("refused", True)] * 9


def test_one_other_answer_makes_missing_mailboxes_missing() -> None:
    assert states(*[MISSING] * 20, ACCEPTED) == ["refused"] * 20 + ["accepted"]
    assert states(*[MISSING] * 20, reply(552, "5.2.2 full")) == ["refused"] * 21


def test_equal_refusals_are_counted_over_bursts() -> None:
    run = Run()
    found = [run.resolve([UNCLEAR])[0].state for _ in range(10)]
    assert found == ["deferred"] * 9 + ["misconfigured"]


def test_an_accepted_message_ends_the_count() -> None:
    run = Run()
    for _ in range(9):
        run.resolve([UNCLEAR])
    run.resolve([ACCEPTED])
    assert [run.resolve([UNCLEAR])[0].state for _ in range(9)] == ["refused"] * 9
    assert run.resolve([UNCLEAR])[0].state == "misconfigured"


def test_three_equal_refusals_that_blame_us_are_ours_though_mail_was_accepted() -> None:
    run = Run()
    run.resolve([ACCEPTED])
    assert [run.resolve([RELAY])[0].state for _ in range(3)] == ["refused"] * 2 + ["misconfigured"]


def test_greylisting_is_never_ours() -> None:
    grey = reply(451, "4.7.1 greylisted, try again in 300 seconds")
    assert states(*[grey] * 50) == ["deferred"] * 50


def test_a_refusal_for_now_that_blames_us_is_deferred_and_counts_no_attempt() -> None:
    [outcome] = resolve_refusals([NOT_NOW], History())
    assert (outcome.state, outcome.cause) == ("deferred", "us")
    [one, _] = resolve_refusals([NOT_NOW, ACCEPTED], History())
    assert (one.state, one.cause) == ("deferred", "message")


def test_other_outcomes_stay_as_they_are() -> None:
    wrong = Outcome("misconfigured", error="535 wrong password", cause="us")
    silent = Outcome("deferred", error="the connection broke", cause="message or server")
    others = [wrong, silent, Outcome("unknown"), Outcome("refused", is_ours=True), ACCEPTED]
    assert resolve_refusals(others, History()) == others
    assert resolve_refusals([silent] * 20, History()) == [silent] * 20


def test_two_replies_that_differ_in_ids_have_the_same_words() -> None:
    first = "554 5.7.1 <ada@a.org>: Refused by policy, id=4F3 at mx1.example.net"
    second = "554 5.7.1 <bob@b.org>: Refused by policy, id=77A at mx2.example.net"
    assert without_details(first) == without_details(second) == "554 5.7.1 refused by policy, at"
    assert without_details("550 5.1.1 no such user") != without_details("550 5.7.1 no such user")
    assert without_details("") == ""


# ── one domain, and most of a burst ──────────────────────────────────────────

CORP, OTHERS = ["corp.example"], [f"{number}.example" for number in range(8)]
TEN_OF_CORP = CORP * 10 + OTHERS


@pytest.mark.parametrize("one", [RELAY, UNCLEAR, MISSING, reply(552, "5.2.2 full")])
def test_a_refusal_of_one_domain_is_neither_ours_nor_its_mailboxes(one: Outcome) -> None:
    outcomes = resolve_refusals([one] * 10 + [ACCEPTED] * 8, History(), TEN_OF_CORP)
    assert {outcome.state for outcome in outcomes[:10]} == {"deferred"}
    assert {(outcome.cause, outcome.is_hard_bounce) for outcome in outcomes} == {("message", False)}
    assert outcomes[10:] == [ACCEPTED] * 8


@pytest.mark.parametrize(
    ("one", "state"), [(UNCLEAR, "deferred"), (RELAY, "deferred"), (MISSING, "refused")]
)
def test_a_few_missing_mailboxes_of_one_domain_are_missing(one: Outcome, state: str) -> None:
    domains = CORP * 3 + OTHERS[:2]
    outcomes = resolve_refusals([one] * 3 + [ACCEPTED] * 2, History(), domains)
    assert [outcome.state for outcome in outcomes[:3]] == [state] * 3


def test_a_domain_that_accepts_mail_is_not_what_is_refused() -> None:
    outcomes = resolve_refusals([RELAY] * 10 + [ACCEPTED] * 8, History(), CORP * 18)
    assert {outcome.state for outcome in outcomes[:10]} == {"misconfigured"}


def test_two_domains_that_refuse_alike_show_that_it_is_us() -> None:
    domains = ["a.example"] * 5 + ["b.example"] * 5 + OTHERS
    outcomes = resolve_refusals([RELAY] * 10 + [ACCEPTED] * 8, History(), domains)
    assert {outcome.state for outcome in outcomes[:10]} == {"misconfigured"}


def test_what_blames_our_proofs_is_ours_though_one_domain_says_it() -> None:
    proof = reply(550, "5.7.26 this mail is unauthenticated")
    outcomes = resolve_refusals([proof] * 10 + [ACCEPTED] * 8, History(), TEN_OF_CORP)
    assert {outcome.state for outcome in outcomes[:10]} == {"misconfigured"}


def test_a_burst_for_one_domain_is_compared_with_those_before() -> None:
    run, corp = Run(), [f"{number}@corp.example" for number in range(10)]
    run.resolve([ACCEPTED] * 8, [f"ada@{domain}" for domain in OTHERS])
    assert {one.state for one in run.resolve([RELAY] * 10, corp)} == {"deferred"}
    elsewhere = [f"{number}@third.example" for number in range(10)]
    assert {one.state for one in run.resolve([RELAY] * 10, elsewhere)} == {"misconfigured"}


def test_a_domain_that_accepted_mail_before_shows_that_the_relay_has_changed() -> None:
    run = Run()
    run.resolve([ACCEPTED] * 2, ["ada@Corp.example", "bob@other.example"])
    found = run.resolve([RELAY] * 10, ["eve@corp.example"] * 10)
    assert {one.state for one in found} == {"misconfigured"}


@pytest.mark.parametrize("count", [0, 7])
def test_a_burst_for_one_domain_is_ours_while_few_others_took_mail(count: int) -> None:
    run = Run()
    run.resolve([ACCEPTED] * count, [f"ada@{domain}" for domain in OTHERS[:count]])
    found = run.resolve([RELAY] * 10, ["eve@corp.example"] * 10)
    assert {one.state for one in found} == {"misconfigured"}


@pytest.mark.parametrize(
    ("refused", "accepted", "state"),
    [(45, 5, "misconfigured"), (10, 9, "misconfigured"), (10, 10, "refused"), (9, 1, "refused")],
)
def test_most_of_a_burst_refused_alike_without_a_word_about_it_is_ours(
    refused: int, accepted: int, state: str
) -> None:
    found = resolve_refusals([UNCLEAR] * refused + [ACCEPTED] * accepted, History())
    assert {one.state for one in found[:refused]} == {state}
