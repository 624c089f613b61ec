from __future__ import annotations

from mail.disputed import resolve_disputed
from mail.outcome import Outcome

TAKEN = Outcome("accepted", provider_id="1")
DISPUTED = Outcome("misconfigured", error="400 odd", disputed=True)
WRONG = Outcome("misconfigured", error="401")


def states(*outcomes: Outcome, is_proven: bool = False) -> list[str]:
    return [outcome.state for outcome in resolve_disputed(outcomes, is_proven)]


def test_a_disputed_mail_is_refused_where_others_were_taken() -> None:
    assert states(DISPUTED, TAKEN) == ["refused", "accepted"]


def test_its_error_is_kept() -> None:
    assert resolve_disputed([DISPUTED, TAKEN], is_proven=False)[0].error == "400 odd"


def test_when_nobody_was_taken_it_is_the_settings() -> None:
    assert states(DISPUTED, DISPUTED, DISPUTED) == ["misconfigured"] * 3


def test_a_lone_mail_is_judged_by_the_burst_before() -> None:
    assert states(DISPUTED) == ["misconfigured"]
    assert states(DISPUTED, is_proven=True) == ["refused"]


def test_a_whole_burst_is_not() -> None:
    assert states(DISPUTED, DISPUTED, DISPUTED, is_proven=True) == ["misconfigured"] * 3


def test_what_is_not_disputed_stays_as_it_is() -> None:
    assert states(WRONG, TAKEN, Outcome("unknown"), Outcome("deferred")) == [
        "misconfigured",
        "accepted",
        "unknown",
        "deferred",
    ]
