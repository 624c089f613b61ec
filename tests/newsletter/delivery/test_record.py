"""What the ledger stores of an outcome, and what else follows from it."""

from datetime import UTC, datetime, timedelta

import pytest

from mail.outcome import Outcome, State
from newsletter.delivery.record import result_of

NOW = datetime(2025, 3, 14, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "attempts", "state"),
    [
        ("accepted", 1, "sent"),
        ("refused", 1, "failed"),
        ("deferred", 1, "deferred"),
        ("deferred", 6, "failed"),
        ("unknown", 1, "uncertain"),
        ("misconfigured", 99, "deferred"),
    ],
)
def test_an_outcome_becomes_a_state(outcome: State, attempts: int, state: str) -> None:
    assert result_of(1, Outcome(outcome), attempts, NOW).state == state


@pytest.mark.parametrize("outcome", ["refused", "deferred", "unknown", "misconfigured"])
def test_every_other_state_has_a_reason(outcome: State) -> None:
    assert result_of(1, Outcome(outcome), 1, NOW).reason


@pytest.mark.parametrize(
    ("outcome", "attempts", "state"),
    [("deferred", 1, "deferred"), ("deferred", 6, "failed"), ("refused", 1, "failed")],
)
def test_an_error_of_ours_is_not_the_receiving_server_s(
    outcome: State, attempts: int, state: str
) -> None:
    result = result_of(1, Outcome(outcome, is_ours=True), attempts, NOW)
    assert (result.state, result.reason) == (state, "could not be rendered: an error of ours")


@pytest.mark.parametrize(
    ("outcome", "reason", "is_counted"),
    [
        (Outcome("deferred", cause="server", advice="the mail server refused the connection"),
         "the mail server refused the connection", False),
        (Outcome("deferred", cause="server"), "the mail server takes no mail for now", False),
        (Outcome("deferred", cause="us"), "refused because of us, not of this reader", False),
        (Outcome("misconfigured", cause="us"), "refused because of us, not of this reader", False),
        (Outcome("misconfigured"), "the mail provider's settings are wrong", False),
        (Outcome("deferred", disputed=True),
         "refused before any mail was accepted: it is tried again", True),
        (Outcome("deferred"), "deferred by the receiving server", True),
    ],
)  # fmt: skip
def test_the_reason_is_true_and_only_the_messages_own_attempts_count(
    outcome: Outcome, reason: str, is_counted: bool
) -> None:
    result = result_of(1, outcome, 2, NOW)
    assert (result.state, result.reason, result.is_counted) == ("deferred", reason, is_counted)
    late = result_of(1, outcome, 99, NOW)
    assert late.state == ("failed" if is_counted else "deferred")


def test_what_failed_together_is_spread_over_a_quarter_of_the_pause() -> None:
    assert result_of(1, Outcome("deferred"), 2, NOW).spread == timedelta(minutes=1)
    assert result_of(1, Outcome("accepted"), 2, NOW).spread == timedelta()


def test_the_reply_of_the_server_is_kept() -> None:
    assert (
        result_of(1, Outcome("refused", error="550 no such user"), 1, NOW).error
        == "550 no such user"
    )


@pytest.mark.parametrize(
    ("attempts", "retry_after", "minutes"), [(1, 0, 1), (2, 0, 4), (1, 3600, 60)]
)
def test_the_next_attempt_comes_after_the_backoff(
    attempts: int, retry_after: float, minutes: int
) -> None:
    result = result_of(1, Outcome("deferred", retry_after=retry_after), attempts, NOW)
    assert result.next_attempt_at == NOW + timedelta(minutes=minutes)
