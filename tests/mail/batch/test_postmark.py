from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from mail.batch.postmark import Postmark
from mail.outcome import Outcome
from tests.mail.mails import bursting, make_burst
from tests.mail_api import answering

TAKEN = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": "ada@example.com"}


def read(*items: Any) -> list[Outcome]:
    return Postmark().read(list(items), len(items))


def test_an_inactive_recipient_is_refused_for_good_and_the_others_are_served(
    settings: Settings,
) -> None:
    with answering() as api, bursting(settings, api, "postmark") as bursts:
        outcomes = bursts.transport.send(make_burst("ada", "inactive", "cy"))
    assert [outcome.state for outcome in outcomes] == ["accepted", "refused", "accepted"]
    assert [outcome.is_hard_bounce for outcome in outcomes] == [False, True, False]
    assert len(api.calls) == 1


def test_the_api_for_one_body_to_everybody_is_not_for_digests(settings: Settings) -> None:
    bulk = {"POSTMARK_USE_BULK_API": True}
    with answering() as api, bursting(settings, api, "postmark", **bulk) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["accepted"] * 2
    assert [call.path for call in api.calls] == ["/api/email/batch"]


def test_newsletters_go_over_the_stream_of_the_settings(settings: Settings) -> None:
    stream = {"POSTMARK_MESSAGE_STREAM": "broadcast"}
    with answering() as api, bursting(settings, api, "postmark", **stream) as bursts:
        bursts.states(make_burst("ada", "bob"))
    assert [one["MessageStream"] for one in api.calls[0].json] == ["broadcast"] * 2


@pytest.mark.parametrize(
    ("code", "message", "state"),
    [
        (300, "Invalid 'To' address: 'x'.", "refused"),
        (300, "Error parsing 'To': Illegal email domain 'x'.", "refused"),
        (300, "Invalid 'From' address: 'x'.", "misconfigured"),
        (300, "Provide either email TextBody or HtmlBody or both.", "misconfigured"),
        (400, "Sender signature not found.", "misconfigured"),
        (405, "Not allowed to send.", "misconfigured"),
        (412, "Account is pending.", "misconfigured"),
        (100, "Maintenance.", "deferred"),
        (429, "Rate limit exceeded.", "deferred"),
        (9999, "A code of next year.", "misconfigured"),
    ],
)
def test_each_code_has_its_meaning(code: int, message: str, state: str) -> None:
    [outcome] = read({"ErrorCode": code, "Message": message})
    assert (outcome.state, outcome.error) == (state, f"{code} {message}")


def test_only_what_could_be_the_mail_s_fault_is_disputed() -> None:
    outcomes = read({"ErrorCode": 400, "Message": ""}, {"ErrorCode": 300, "Message": "odd"})
    assert [outcome.disputed for outcome in outcomes] == [False, True]


def test_a_mail_with_an_id_and_no_code_was_taken() -> None:
    """Postmark answers so when delivery is delayed."""
    delayed = {"Message": "Message accepted, but delivery may be delayed.", "MessageID": "b7"}
    assert read(delayed) == [Outcome("accepted", provider_id="b7")]


@pytest.mark.parametrize("item", [{}, None, "OK", {"ErrorCode": 0, "Message": "OK"}])
def test_an_item_that_says_nothing_leaves_its_mail_in_doubt_and_no_other(item: Any) -> None:
    assert [outcome.state for outcome in read(TAKEN, item)] == ["accepted", "unknown"]


@pytest.mark.parametrize("said", [[TAKEN], [TAKEN] * 3, {}, None, "OK"])
def test_an_answer_of_another_length_cannot_be_read(said: Any) -> None:
    with pytest.raises(ValueError, match="not one outcome for each message"):
        Postmark().read(said, 2)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"ErrorCode": 412, "Message": "Account is pending."}, "misconfigured"),
        ({"ErrorCode": 429, "Message": "Slower."}, "deferred"),
        ({"ErrorCode": 406, "Message": "Inactive."}, "refused"),
        ({}, "misconfigured"),
    ],
)
def test_a_batch_that_is_turned_down_has_a_code_too(said: Any, state: str) -> None:
    verdict = Outcome("misconfigured", error="HTTP 422: …", disputed=True)
    outcome = Postmark().refusal(said, verdict)
    assert (outcome.state, outcome.error) == (state, "HTTP 422: …")
