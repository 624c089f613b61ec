from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from fakes.mail_api import Fault, answering
from mail.batch.resend import Resend
from mail.outcome import Outcome
from tests.mail.mails import bursting, make_burst, make_digest

ODD = Outcome("misconfigured", error="HTTP 422: …", disputed=True)


def test_invalid_messages_are_refused_and_the_others_sent(
    settings: Settings,
) -> None:
    with answering() as api, bursting(settings, api, "resend") as bursts:
        outcomes = bursts.transport.send(make_burst("invalid-a", "bob", "invalid-c", "dee"))
    assert [outcome.state for outcome in outcomes] == ["refused", "accepted", "refused", "accepted"]
    assert [outcome.provider_id for outcome in outcomes][1::2] == [
        "re-bob@example.com",
        "re-dee@example.com",
    ]
    assert len(api.calls) == 1


def test_a_rejected_batch_is_halved_until_one_is_refused(
    settings: Settings,
) -> None:
    strict = Fault(422, body='{"name": "validation_error", "message": "Invalid `to` field."}')
    with (
        answering(strict, strict, None, None) as api,
        bursting(settings, api, "resend") as bursts,
    ):
        states = bursts.states(make_burst("ada", "invalid", "cy", "dee"))
    assert states == ["accepted", "refused", "accepted", "accepted"]
    assert set(api.count().values()) == {1}


def test_one_burst_on_one_attempt_is_carried_out_once(settings: Settings) -> None:
    """As when a worker was killed after its request, and another one claimed the same mails."""
    with answering() as api:
        for _ in range(2):
            with bursting(settings, api, "resend") as bursts:
                assert bursts.states(make_burst("ada", "bob")) == ["accepted"] * 2
    assert set(api.count().values()) == {1}


def test_another_attempt_has_another_key(settings: Settings) -> None:
    with answering() as api, bursting(settings, api, "resend") as bursts:
        bursts.states([make_digest(1)])
        bursts.states([make_digest(1, attempts=2)])
    assert len({call.headers["Idempotency-Key"] for call in api.calls}) == 2


def test_a_known_key_with_another_body_is_in_doubt(settings: Settings) -> None:
    """MAIL_FROM was changed in between, say: the first request may have been carried out."""
    with answering() as api:
        with bursting(settings, api, "resend") as bursts:
            bursts.states([make_digest(1)])
        settings.MAIL_FROM = "new@papers.test"
        with bursting(settings, api, "resend") as bursts:
            assert bursts.states([make_digest(1)]) == ["unknown"]
    assert set(api.count().values()) == {1}


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ({"name": "validation_error", "message": "Invalid `to` field."}, "refused"),
        ({"name": "validation_error", "message": "Invalid `from` field."}, "misconfigured"),
        ({"name": "concurrent_idempotent_requests"}, "unknown"),
        ({"name": "invalid_idempotent_request"}, "unknown"),
        ({}, "misconfigured"),
        ({"name": ["?"], "message": None}, "misconfigured"),
    ],
)
def test_a_rejected_batch_is_classified_by_its_reply(reply: Any, state: str) -> None:
    outcome = Resend().refusal(reply, ODD)
    assert (outcome.state, outcome.error) == (state, ODD.error)


@pytest.mark.parametrize("name", ["daily_quota_exceeded", "monthly_quota_exceeded"])
def test_a_used_up_quota_is_a_wrong_setting(name: str) -> None:
    by_status = Outcome("deferred", error="HTTP 429")
    assert Resend().refusal({"name": name}, by_status).state == "misconfigured"


def test_a_rate_limit_only_defers() -> None:
    by_status = Outcome("deferred", error="HTTP 429", retry_after=3)
    assert Resend().refusal({"name": "rate_limit_exceeded"}, by_status) == by_status


@pytest.mark.parametrize(
    "reply",
    [
        None,
        {},
        {"data": []},
        {"data": [{"id": "1"}]},
        {"data": [{"id": "1"}, {}]},
        {"data": [{"id": "1"}, {"id": "2"}, {"id": "3"}]},
        {"data": [{"id": "1"}], "errors": [{"index": 7}]},
        {"data": [{"id": "1"}], "errors": [{"message": "who?"}]},
    ],
)
def test_a_reply_that_does_not_fit_the_batch_is_an_error(reply: Any) -> None:
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        Resend().read(reply, 2)
