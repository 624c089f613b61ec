from __future__ import annotations

import uuid
from typing import Any

import pytest
from pytest_django import Settings

from fakes.mail_api import answering
from mail.batch.brevo import Brevo
from mail.outcome import Outcome
from tests.mail.mails import bursting, make_burst, make_digest

ODD = Outcome("misconfigured", error="HTTP 400: …", disputed=True)


def test_the_common_part_contains_no_token(settings: Settings) -> None:
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        bursts.states([make_digest(1), make_digest(2)])
    reply = api.calls[0].json
    versions = reply.pop("messageVersions")
    assert len(versions) == 2
    assert "token" not in str(reply)
    assert "to" not in reply
    assert reply["sender"]["email"] == "digest@localhost"


def test_common_fields_stand_once(settings: Settings) -> None:
    defaults = {"SEND_DEFAULTS": {"tags": ["digest"]}}
    with answering() as api, bursting(settings, api, "brevo", **defaults) as bursts:
        bursts.states([make_digest(1), make_digest(2)])
    reply = api.calls[0].json
    assert reply["tags"] == ["digest"]
    assert not any("tags" in version for version in reply["messageVersions"])


def test_replies_go_to_the_address_of_the_settings(settings: Settings) -> None:
    settings.MAIL_REPLY_TO = "editors@papers.test"
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        bursts.states([make_digest(1)])
    [version] = api.calls[0].json["messageVersions"]
    assert version["replyTo"] == {"email": "editors@papers.test"}


def test_the_key_is_no_header_of_a_message(settings: Settings) -> None:
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        bursts.states([make_digest(1)])
    reply = api.calls[0].json
    assert uuid.UUID(reply["headers"]["idempotencyKey"])
    assert "idempotencyKey" not in reply["messageVersions"][0]["headers"]


def test_one_invalid_address_of_64_is_found_in_13_requests(settings: Settings) -> None:
    """Brevo rejects the whole batch and does not say which address is invalid."""
    names = [f"reader{n}" for n in range(64)]
    names[40] = "invalid"
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        states = bursts.states(make_burst(*names))
    assert (states.index("refused"), states.count("accepted")) == (40, 63)
    assert len(api.calls) == 13  # two at each of six halvings, and the first
    assert set(api.count().values()) == {1}


def test_a_list_id_outside_ascii_is_a_wrong_setting(settings: Settings) -> None:
    settings.LIST_ID = "Ünïcode <digest.papers.test>"
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        assert bursts.states(make_burst("ada", "bob", "cy")) == ["misconfigured"] * 3
    assert api.calls == []


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ({"code": "invalid_parameter", "message": "email is not valid in to"}, "refused"),
        ({"code": "invalid_parameter", "message": "sender is not valid"}, "misconfigured"),
        ({"code": "not_enough_credits", "message": "no more to give"}, "misconfigured"),
        ({"code": "duplicate_parameter", "message": "Key was used."}, "unknown"),
        ({}, "misconfigured"),
    ],
)
def test_a_rejected_batch_is_classified_by_its_reply(reply: Any, state: str) -> None:
    outcome = Brevo().refusal(reply, ODD)
    assert (outcome.state, outcome.error) == (state, ODD.error)


def test_an_outcome_not_about_content_stays() -> None:
    by_status = Outcome("deferred", error="HTTP 429", retry_after=60)
    assert Brevo().refusal({"message": "to many"}, by_status) == by_status


def test_a_single_version_may_have_a_single_id() -> None:
    assert Brevo().read({"messageId": "<1@brevo>"}, 1) == [
        Outcome("accepted", provider_id="<1@brevo>")
    ]


@pytest.mark.parametrize("reply", [None, {}, {"messageIds": ["1"]}, {"messageIds": "12"}, "OK"])
def test_a_reply_that_does_not_fit_the_batch_is_an_error(reply: Any) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        Brevo().read(reply, 2)
