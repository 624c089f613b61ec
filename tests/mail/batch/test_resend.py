from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from fakes.mail_api import Fault, answering
from mail.batch.resend import Resend
from mail.outcome import Outcome
from tests.mail.mails import bursting, make_burst, make_digest

ODD = Outcome("misconfigured", error="HTTP 422: …", disputed=True)


def test_who_cannot_be_taken_is_named_and_the_others_are_served_at_once(
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


def test_where_the_whole_batch_is_turned_down_for_one_it_is_found_by_halving(
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


def test_the_same_burst_on_the_same_try_is_carried_out_once(settings: Settings) -> None:
    """As when a worker was killed after its request, and another took up the same mails."""
    with answering() as api:
        for _ in range(2):
            with bursting(settings, api, "resend") as bursts:
                assert bursts.states(make_burst("ada", "bob")) == ["accepted"] * 2
    assert set(api.count().values()) == {1}


def test_another_try_is_another_request(settings: Settings) -> None:
    with answering() as api, bursting(settings, api, "resend") as bursts:
        bursts.states([make_digest(1)])
        bursts.states([make_digest(1, attempts=2)])
    assert len({call.headers["Idempotency-Key"] for call in api.calls}) == 2


def test_a_key_that_carried_another_body_leaves_a_doubt(settings: Settings) -> None:
    """MAIL_FROM was changed in between, say: the first request may have been carried out."""
    with answering() as api:
        with bursting(settings, api, "resend") as bursts:
            bursts.states([make_digest(1)])
        settings.MAIL_FROM = "new@papers.test"
        with bursting(settings, api, "resend") as bursts:
            assert bursts.states([make_digest(1)]) == ["unknown"]
    assert set(api.count().values()) == {1}


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"name": "validation_error", "message": "Invalid `to` field."}, "refused"),
        ({"name": "validation_error", "message": "Invalid `from` field."}, "misconfigured"),
        ({"name": "concurrent_idempotent_requests"}, "unknown"),
        ({"name": "invalid_idempotent_request"}, "unknown"),
        ({}, "misconfigured"),
        ({"name": ["?"], "message": None}, "misconfigured"),
    ],
)
def test_a_batch_that_is_turned_down_is_sorted_by_what_is_said(said: Any, state: str) -> None:
    outcome = Resend().refusal(said, ODD)
    assert (outcome.state, outcome.error) == (state, ODD.error)


@pytest.mark.parametrize("name", ["daily_quota_exceeded", "monthly_quota_exceeded"])
def test_a_quota_that_is_used_up_is_for_the_operator(name: str) -> None:
    verdict = Outcome("deferred", error="HTTP 429")
    assert Resend().refusal({"name": name}, verdict).state == "misconfigured"


def test_too_fast_is_not() -> None:
    verdict = Outcome("deferred", error="HTTP 429", retry_after=3)
    assert Resend().refusal({"name": "rate_limit_exceeded"}, verdict) == verdict


@pytest.mark.parametrize(
    "said",
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
def test_an_answer_that_does_not_add_up_cannot_be_read(said: Any) -> None:
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        Resend().read(said, 2)
