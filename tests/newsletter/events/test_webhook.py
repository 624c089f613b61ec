"""The webhook: one URL, for one provider, for requests with the secret."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from importlib.util import find_spec
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from mail.providers import known_providers
from newsletter.events.webhook import view_class
from newsletter.models import DeliveryEvent
from tests.newsletter.events.conftest import select
from tests.newsletter.events.payloads import SECRET, post, postmark

pytestmark = pytest.mark.django_db
WITHOUT_EVENTS = {"smtp", "scaleway"}


@pytest.fixture(autouse=True)
def _postmark(settings: Settings) -> None:
    select(settings, "postmark", POSTMARK_SERVER_TOKEN="token")


@pytest.fixture
def strict() -> Client:
    """A program that has no cookie; every check of the site is on."""
    return Client(enforce_csrf_checks=True)


def test_a_request_with_the_secret_needs_no_cookie(strict: Client) -> None:
    response = post(strict, "postmark", postmark(7))
    assert response.status_code == 200
    assert not response.cookies
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize(
    "secret", ["reports:wrong", "", ":", SECRET + "x", SECRET[:-1], "reports", "réports:é"]
)
def test_a_wrong_secret_is_refused_and_nothing_is_stored(strict: Client, secret: str) -> None:
    assert post(strict, "postmark", postmark(7), secret=secret).status_code == 403
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("header", ["Bearer x", "Basic", "Basic !!!", "Basic /w==", "Basic a b"])
def test_a_malformed_secret_is_refused(strict: Client, header: str) -> None:
    response = post(strict, "postmark", postmark(7), secret=None, HTTP_AUTHORIZATION=header)
    assert response.status_code == 403


def test_a_missing_secret_gives_a_401(strict: Client) -> None:
    response = post(strict, "postmark", postmark(7), secret=None)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("provider", ["postmark", "amazon_ses"])
def test_the_body_is_not_read_without_the_secret(
    strict: Client, settings: Settings, provider: str
) -> None:
    select(settings, provider, POSTMARK_SERVER_TOKEN="token")
    url = f"/anymail/{provider}/tracking/"
    response = strict.post(
        url, "{no json", content_type="application/json", HTTP_AUTHORIZATION="Basic eDp5"
    )
    assert response.status_code == 403


def test_several_secrets_are_valid_while_one_is_changed(strict: Client, settings: Settings) -> None:
    settings.ANYMAIL["WEBHOOK_SECRET"] = [SECRET, "reports:the-next-one-is-this-one"]
    for secret in settings.ANYMAIL["WEBHOOK_SECRET"]:
        payload = postmark(7, MessageID=secret)
        assert post(strict, "postmark", payload, secret=secret).status_code == 200
    assert DeliveryEvent.objects.count() == 2


@pytest.mark.parametrize("secret", ["", None, []])
def test_without_a_secret_in_the_settings_there_is_no_webhook(
    strict: Client, settings: Settings, secret: object
) -> None:
    settings.ANYMAIL["WEBHOOK_SECRET"] = secret
    assert post(strict, "postmark", postmark(7)).status_code == 404
    assert post(strict, "postmark", postmark(7), secret="").status_code == 404


@pytest.mark.parametrize("provider", ["resend", "smtp", "base", "nobody", "os"])
def test_another_provider_has_no_webhook(strict: Client, provider: str) -> None:
    assert post(strict, provider, postmark(7)).status_code == 404


@pytest.mark.parametrize("provider", sorted(WITHOUT_EVENTS))
def test_a_provider_without_events_has_no_webhook(
    strict: Client, settings: Settings, provider: str
) -> None:
    select(settings, provider)
    assert post(strict, provider, postmark(7)).status_code == 404


@pytest.mark.parametrize("provider", sorted(set(known_providers()) - WITHOUT_EVENTS))
def test_every_other_provider_of_django_anymail_has_a_webhook(provider: str) -> None:
    view = view_class(provider)
    assert view is not None
    assert find_spec(f"anymail.webhooks.{provider}")
    assert view.signal is not None or provider == "mandrill"


def test_head_is_allowed_and_get_is_not(strict: Client) -> None:
    assert strict.head("/anymail/postmark/tracking/").status_code == 200  # some providers try this
    assert strict.get("/anymail/postmark/tracking/").status_code == 405


def test_no_secret_and_no_address_is_logged(
    strict: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        post(strict, "postmark", postmark(7))
        post(strict, "postmark", postmark(7), secret="reports:a-wrong-but-similar-secret")
        strict.post("/anymail/postmark/tracking/", json.dumps(postmark(7)), "application/json")
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records if record.args)
    for secret in (SECRET, "similar", "ada@example.com"):
        assert secret not in logged


# ── requests that are not what the provider documents ──


@pytest.mark.parametrize(
    "body", ["", "null", "{", "[]", "1", '"x"', "[[[[", "\\ud800", "{}", '{"a":']
)
@pytest.mark.parametrize("provider", ["postmark", "resend", "brevo", "sparkpost", "mailjet"])
def test_malformed_json_is_refused_and_nothing_is_stored(
    strict: Client, settings: Settings, provider: str, body: str
) -> None:
    select(settings, provider, POSTMARK_SERVER_TOKEN="token")
    assert post_text(strict, provider, body) in {200, 400}  # 200: a list without an event
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"RecordType": None},
        {"RecordType": ["Bounce"]},
        {"Metadata": 5},
        {"DeliveredAt": 10**30},
        {"DeliveredAt": "0001-01-01T00:00:00+14:00"},
        {"DeliveredAt": "9999-12-31T23:59:59-14:00"},
        {"Recipient": {"a": "\0"}},
        {"MessageID": "\ud800" * 300},
        {"Metadata": {"delivery": "9" * 400}},
    ],
)
def test_no_value_of_an_event_is_an_error_of_ours(strict: Client, values: dict[str, Any]) -> None:
    assert post(strict, "postmark", postmark(7, **values)).status_code in {200, 400}


def test_json_that_is_nested_too_deeply_is_refused(strict: Client) -> None:
    assert post_text(strict, "postmark", "[" * 100_000) == 400


def test_the_log_says_what_cannot_be_read_without_quoting_it(
    strict: Client, caplog: pytest.LogCaptureFixture
) -> None:
    post_text(strict, "postmark", '{"RecordType": {"ada@example.com": 1}}')
    said = "1 of the events of Postmark cannot be read: TypeError"
    assert said in caplog.text.partition("\n")[0]


def test_an_error_while_an_event_is_stored_stays_a_500(
    strict: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider sends the event again, and it is not lost."""

    def fails(*_: object, **__: object) -> None:
        raise ValueError("the database is gone")

    monkeypatch.setattr(DeliveryEvent.objects, "bulk_create", fails)
    strict.raise_request_exception = False
    assert post(strict, "postmark", postmark(7)).status_code == 500


def post_text(client: Client, provider: str, body: str) -> int:
    secret = b64encode(SECRET.encode()).decode()
    url = f"/anymail/{provider}/tracking/"
    response = client.post(
        url, body, content_type="application/json", HTTP_AUTHORIZATION=f"Basic {secret}"
    )
    return response.status_code
