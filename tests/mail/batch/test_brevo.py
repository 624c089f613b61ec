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


def test_what_is_said_once_for_all_holds_nobody_s_token(settings: Settings) -> None:
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        bursts.states([make_digest(1), make_digest(2)])
    said = api.calls[0].json
    versions = said.pop("messageVersions")
    assert len(versions) == 2
    assert "token" not in str(said)
    assert "to" not in said
    assert said["sender"]["email"] == "digest@localhost"


def test_what_all_mails_share_is_said_once(settings: Settings) -> None:
    defaults = {"SEND_DEFAULTS": {"tags": ["digest"]}}
    with answering() as api, bursting(settings, api, "brevo", **defaults) as bursts:
        bursts.states([make_digest(1), make_digest(2)])
    said = api.calls[0].json
    assert said["tags"] == ["digest"]
    assert not any("tags" in version for version in said["messageVersions"])


def test_answers_go_where_the_settings_say(settings: Settings) -> None:
    settings.MAIL_REPLY_TO = "editors@papers.test"
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        bursts.states([make_digest(1)])
    [version] = api.calls[0].json["messageVersions"]
    assert version["replyTo"] == {"email": "editors@papers.test"}


def test_a_request_has_a_key_that_is_no_header_of_a_mail(settings: Settings) -> None:
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        bursts.states([make_digest(1)])
    said = api.calls[0].json
    assert uuid.UUID(said["headers"]["idempotencyKey"])
    assert "idempotencyKey" not in said["messageVersions"][0]["headers"]


def test_one_bad_address_among_many_is_found_in_a_few_requests(settings: Settings) -> None:
    """Brevo turns the whole batch down and does not say whose address it was."""
    names = [f"reader{n}" for n in range(64)]
    names[40] = "invalid"
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        states = bursts.states(make_burst(*names))
    assert (states.index("refused"), states.count("accepted")) == (40, 63)
    assert len(api.calls) == 13  # two at each of six halvings, and the first
    assert set(api.count().values()) == {1}


def test_a_list_id_that_brevo_would_garble_is_a_wrong_setting(settings: Settings) -> None:
    settings.LIST_ID = "Ünïcode <digest.papers.test>"
    with answering() as api, bursting(settings, api, "brevo") as bursts:
        assert bursts.states(make_burst("ada", "bob", "cy")) == ["misconfigured"] * 3
    assert api.calls == []


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"code": "invalid_parameter", "message": "email is not valid in to"}, "refused"),
        ({"code": "invalid_parameter", "message": "sender is not valid"}, "misconfigured"),
        ({"code": "not_enough_credits", "message": "no more to give"}, "misconfigured"),
        ({"code": "duplicate_parameter", "message": "Key was used."}, "unknown"),
        ({}, "misconfigured"),
    ],
)
def test_a_batch_that_is_turned_down_is_sorted_by_what_is_said(said: Any, state: str) -> None:
    outcome = Brevo().refusal(said, ODD)
    assert (outcome.state, outcome.error) == (state, ODD.error)


def test_what_is_no_fault_of_the_content_stays_as_it_is() -> None:
    verdict = Outcome("deferred", error="HTTP 429", retry_after=60)
    assert Brevo().refusal({"message": "to many"}, verdict) == verdict


def test_a_lone_version_may_be_answered_with_a_lone_id() -> None:
    assert Brevo().read({"messageId": "<1@brevo>"}, 1) == [
        Outcome("accepted", provider_id="<1@brevo>")
    ]


@pytest.mark.parametrize("said", [None, {}, {"messageIds": ["1"]}, {"messageIds": "12"}, "OK"])
def test_an_answer_that_does_not_add_up_cannot_be_read(said: Any) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        Brevo().read(said, 2)
