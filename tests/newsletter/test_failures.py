"""Whose failure a failed delivery is, by its reason and by the server's words."""

from __future__ import annotations

import pytest

from newsletter.failures import (
    RETRYABLE,
    Reason,
    counts_against_address,
    current_reason,
    fault_of,
    gave_up,
    is_retryable,
)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_its_fault_and_fits_into_its_column(reason: Reason) -> None:
    assert fault_of(reason)
    assert len(reason) <= 200


@pytest.mark.parametrize(
    "error",
    [
        "ConnectionRefusedError: [Errno 111] Connection refused",
        "gaierror: [Errno -2] Name or service not known",
        "TimeoutError: timed out",
        "429 Too Many Requests",
        "",
        "421 4.3.2 closing",
        "450 4.7.1 greylisted",
        "451 4.3.0 queue file write error",
        "450 4.4.1 no route",
        "450 blocked, your IP is on our blacklist",
    ],
)
def test_no_answer_about_the_recipient_is_the_mail_server_s_failure(error: str) -> None:
    assert gave_up(error) == Reason.GAVE_UP_ON_RELAY


@pytest.mark.parametrize(
    "error", ["452 4.2.2 mailbox full", "450 4.1.1 unknown user", "450 4.2.1 over quota", "451 no"]
)
def test_a_reply_about_the_mailbox_is_the_recipient_s(error: str) -> None:
    assert gave_up(error) == Reason.GAVE_UP_ON_RECIPIENT


@pytest.mark.parametrize(
    ("reason", "error", "current"),
    [
        ("failed after 6 attempts", "OSError: no route", Reason.GAVE_UP_ON_RELAY),
        ("failed after 6 attempts", "452 4.2.2 full", Reason.GAVE_UP_ON_RECIPIENT),
        (Reason.REFUSED, "554 5.7.1 Relay access denied", Reason.BLOCKED),
        (Reason.REFUSED, "504 5.5.2 <ab12>: Helo command rejected: need a name", Reason.BLOCKED),
        (Reason.REFUSED, "550 5.7.1 blocked using zen.spamhaus.org", Reason.BLOCKED),
        (Reason.REFUSED, "550 5.7.26 unauthenticated sender address", Reason.BLOCKED),
        (Reason.REFUSED, "554 5.7.1 looks like spam", Reason.REFUSED),
        (Reason.REFUSED, "550 5.1.1 no such user", Reason.REFUSED),
        (Reason.REFUSED, "550 5.4.5 Daily sending limit exceeded", Reason.BLOCKED),
        (Reason.REFUSED, "554 Sending suspended for this account", Reason.BLOCKED),
        (Reason.REFUSED, "550 5.7.1 You have been blocked by the recipient", Reason.REFUSED),
        (Reason.REFUSED, "552 5.7.0 Message size violation", Reason.REFUSED),
        ("the edition was cancelled", "", "the edition was cancelled"),
    ],
)
def test_a_reason_of_a_former_version_is_read_with_its_error(
    reason: str, error: str, current: str
) -> None:
    assert current_reason(reason, error) == current


@pytest.mark.parametrize("reason", RETRYABLE)
def test_ours_and_the_mail_server_s_can_be_sent_again(reason: str) -> None:
    assert is_retryable(reason)


@pytest.mark.parametrize(
    "reason",
    [
        *sorted(set(Reason) - set(RETRYABLE)),
        "suppressed: hard bounce",
        "the edition was cancelled",
        "",
    ],
)
def test_the_recipient_s_and_all_else_cannot(reason: str) -> None:
    assert not is_retryable(reason)


@pytest.mark.parametrize(
    ("reason", "error", "counts"),
    [
        (Reason.REFUSED, "550 5.2.2 mailbox full", True),
        (Reason.REFUSED, "554 no", True),
        (Reason.GAVE_UP_ON_RECIPIENT, "452 4.2.2 full", True),
        (Reason.BOUNCED, "", True),
        (Reason.REJECTED_BY_PROVIDER, "", True),
        (Reason.BOUNCED_NO_MAILBOX, "", True),
        (Reason.REFUSED, "550 5.7.1 we do not like you", False),
        (Reason.REFUSED, "554 looks like spam", False),
        (Reason.REFUSED, "550 5.7.1 You have been blocked by the recipient", False),
        (Reason.REFUSED, "550 Maximum sending rate exceeded", False),
        (Reason.BOUNCED, "550 listed at bl.spamcop.net", False),
        (Reason.BLOCKED, "", False),
        (Reason.GAVE_UP_ON_RELAY, "", False),
        (Reason.NOT_RENDERED, "", False),
        (Reason.NOT_SENT_BY_PROVIDER, "", False),
        ("failed after 6 attempts", "TimeoutError: timed out", False),
    ],
)
def test_only_a_failure_of_the_recipient_counts_against_the_address(
    reason: str, error: str, counts: bool
) -> None:
    assert counts_against_address(reason, error) is counts
