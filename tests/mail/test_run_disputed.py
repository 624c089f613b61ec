"""Whether one message or the settings are at fault."""

from __future__ import annotations

from mail.outcome import Outcome
from mail.run import resolve_disputed

ACCEPTED = Outcome("accepted", provider_id="1")
DISPUTED = Outcome("misconfigured", error="400 odd", disputed=True)
WRONG = Outcome("misconfigured", error="401")


def states(*outcomes: Outcome, is_proven: bool = False) -> list[str]:
    return [outcome.state for outcome in resolve_disputed(outcomes, is_proven)]


def test_a_disputed_message_is_refused_where_others_are_accepted() -> None:
    assert states(DISPUTED, ACCEPTED) == ["refused", "accepted"]


def test_its_error_is_kept() -> None:
    assert resolve_disputed([DISPUTED, ACCEPTED], is_proven=False)[0].error == "400 odd"


def test_without_an_accepted_message_it_is_the_settings() -> None:
    assert states(DISPUTED, DISPUTED, DISPUTED) == ["misconfigured"] * 3


def test_for_a_single_message_the_burst_before_counts() -> None:
    assert states(DISPUTED) == ["misconfigured"]
    assert states(DISPUTED, is_proven=True) == ["refused"]


def test_for_three_messages_the_burst_before_does_not_count() -> None:
    assert states(DISPUTED, DISPUTED, DISPUTED, is_proven=True) == ["misconfigured"] * 3


def test_other_outcomes_stay_as_they_are() -> None:
    assert states(WRONG, ACCEPTED, Outcome("unknown"), Outcome("deferred")) == [
        "misconfigured",
        "accepted",
        "unknown",
        "deferred",
    ]
