from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from fakes.mail_api import answering
from mail.batch.postmark import Postmark
from mail.outcome import Outcome
from subscribers.messages import TransactionalMessage
from tests.mail.mails import bursting, make_burst

ACCEPTED = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": "ada@example.com"}


NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)


def read(*items: Any) -> list[Outcome]:
    return Postmark().read(list(items), len(items))


def test_an_inactive_recipient_is_a_hard_bounce(
    settings: Settings,
) -> None:
    with answering() as api, bursting(settings, api, "postmark") as bursts:
        outcomes = bursts.transport.send(make_burst("ada", "inactive", "cy"))
    assert [outcome.state for outcome in outcomes] == ["accepted", "refused", "accepted"]
    assert [outcome.is_hard_bounce for outcome in outcomes] == [False, True, False]
    assert len(api.calls) == 1


def test_the_bulk_api_is_not_used(settings: Settings) -> None:
    bulk = {"POSTMARK_USE_BULK_API": True}
    with answering() as api, bursting(settings, api, "postmark", **bulk) as bursts:
        assert bursts.states(make_burst("ada", "bob")) == ["accepted"] * 2
    assert [call.path for call in api.calls] == ["/api/email/batch"]


def test_messages_use_the_stream_of_the_settings(settings: Settings) -> None:
    stream = {"POSTMARK_MESSAGE_STREAM": "broadcast"}
    with answering() as api, bursting(settings, api, "postmark", **stream) as bursts:
        bursts.states(make_burst("ada", "bob"))
    assert [one["MessageStream"] for one in api.calls[0].json] == ["broadcast"] * 2


def test_digests_and_single_mails_have_streams_of_their_own(settings: Settings) -> None:
    settings.MESSAGE_STREAM, settings.TRANSACTIONAL_MESSAGE_STREAM = "broadcast", "outbound"
    settings.TRANSACTIONAL_FROM = "Papers <hello@papers.test>"
    single = TransactionalMessage(
        reference=7, to="ada@example.com", subject="Confirm", text="Text", html="<p>Text</p>",
        headers={"Message-ID": "<confirm.7@papers.test>"}, dated_at=NOON, attempts=1,
    )  # fmt: skip
    stream = {"POSTMARK_MESSAGE_STREAM": "other"}
    with answering() as api, bursting(settings, api, "postmark", **stream) as bursts:
        bursts.transport.send(make_burst("ada"))
        bursts.transport.send([single])
    assert [call.json[0]["MessageStream"] for call in api.calls] == ["broadcast", "outbound"]
    assert api.calls[1].json[0]["From"] == "Papers <hello@papers.test>"


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
def test_each_code_is_classified(code: int, message: str, state: str) -> None:
    [outcome] = read({"ErrorCode": code, "Message": message})
    assert (outcome.state, outcome.error) == (state, f"{code} {message}")


def test_only_errors_about_content_are_disputed() -> None:
    outcomes = read({"ErrorCode": 400, "Message": ""}, {"ErrorCode": 300, "Message": "odd"})
    assert [outcome.disputed for outcome in outcomes] == [False, True]


def test_a_message_with_an_id_and_no_code_is_accepted() -> None:
    """Postmark replies so when delivery is delayed."""
    delayed = {"Message": "Message accepted, but delivery may be delayed.", "MessageID": "b7"}
    assert read(delayed) == [Outcome("accepted", provider_id="b7")]


@pytest.mark.parametrize("item", [{}, None, "OK", {"ErrorCode": 0, "Message": "OK"}])
def test_an_item_without_a_result_is_in_doubt_alone(item: Any) -> None:
    assert [outcome.state for outcome in read(ACCEPTED, item)] == ["accepted", "unknown"]


@pytest.mark.parametrize("reply", [[ACCEPTED], [ACCEPTED] * 3, {}, None, "OK"])
def test_a_reply_of_another_length_is_an_error(reply: Any) -> None:
    with pytest.raises(ValueError, match="not one outcome for each message"):
        Postmark().read(reply, 2)


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ({"ErrorCode": 412, "Message": "Account is pending."}, "misconfigured"),
        ({"ErrorCode": 429, "Message": "Slower."}, "deferred"),
        ({"ErrorCode": 406, "Message": "Inactive."}, "refused"),
        ({}, "misconfigured"),
    ],
)
def test_a_rejected_batch_is_classified_by_its_code(reply: Any, state: str) -> None:
    by_status = Outcome("misconfigured", error="HTTP 422: …", disputed=True)
    outcome = Postmark().refusal(reply, by_status)
    assert (outcome.state, outcome.error) == (state, "HTTP 422: …")
