"""The door for a provider's reports: one address, for one provider, for who knows the secret."""

from __future__ import annotations

import json
import logging
from importlib.util import find_spec

import pytest
from django.test import Client
from pytest_django import Settings

from mail.providers import known_providers
from newsletter.events.webhook import view_class
from newsletter.models import DeliveryEvent
from tests.newsletter.events.conftest import select
from tests.newsletter.events.payloads import SECRET, post, postmark

pytestmark = pytest.mark.django_db
WITHOUT_REPORTS = {"smtp", "scaleway"}


@pytest.fixture(autouse=True)
def _postmark(settings: Settings) -> None:
    select(settings, "postmark", POSTMARK_SERVER_TOKEN="token")


@pytest.fixture
def strict() -> Client:
    """As a stranger's program comes: without a cookie, with every check of the site on."""
    return Client(enforce_csrf_checks=True)


def test_who_knows_the_secret_is_heard_without_a_cookie(strict: Client) -> None:
    answer = post(strict, "postmark", postmark(7))
    assert answer.status_code == 200
    assert not answer.cookies
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize(
    "secret", ["reports:wrong", "", ":", SECRET + "x", SECRET[:-1], "reports", "réports:é"]
)
def test_a_wrong_secret_is_refused_and_nothing_is_written(strict: Client, secret: str) -> None:
    assert post(strict, "postmark", postmark(7), secret=secret).status_code == 403
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("header", ["Bearer x", "Basic", "Basic !!!", "Basic /w==", "Basic a b"])
def test_an_odd_secret_is_a_wrong_one(strict: Client, header: str) -> None:
    answer = post(strict, "postmark", postmark(7), secret=None, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 403


def test_who_shows_none_is_asked_for_it(strict: Client) -> None:
    answer = post(strict, "postmark", postmark(7), secret=None)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("provider", ["postmark", "amazon_ses"])
def test_nothing_of_a_strangers_request_is_read(
    strict: Client, settings: Settings, provider: str
) -> None:
    select(settings, provider, POSTMARK_SERVER_TOKEN="token")
    url = f"/anymail/{provider}/tracking/"
    answer = strict.post(
        url, "{no json", content_type="application/json", HTTP_AUTHORIZATION="Basic eDp5"
    )
    assert answer.status_code == 403


def test_several_secrets_are_good_while_one_is_changed(strict: Client, settings: Settings) -> None:
    settings.ANYMAIL["WEBHOOK_SECRET"] = [SECRET, "reports:the-next-one-is-this-one"]
    for secret in settings.ANYMAIL["WEBHOOK_SECRET"]:
        report = postmark(7, MessageID=secret)
        assert post(strict, "postmark", report, secret=secret).status_code == 200
    assert DeliveryEvent.objects.count() == 2


@pytest.mark.parametrize("secret", ["", None, []])
def test_without_a_secret_in_the_settings_there_is_no_such_page(
    strict: Client, settings: Settings, secret: object
) -> None:
    settings.ANYMAIL["WEBHOOK_SECRET"] = secret
    assert post(strict, "postmark", postmark(7)).status_code == 404
    assert post(strict, "postmark", postmark(7), secret="").status_code == 404


@pytest.mark.parametrize("provider", ["resend", "smtp", "base", "nobody", "os"])
def test_another_provider_has_no_page(strict: Client, provider: str) -> None:
    assert post(strict, provider, postmark(7)).status_code == 404


@pytest.mark.parametrize("provider", sorted(WITHOUT_REPORTS))
def test_a_provider_without_reports_has_no_page(
    strict: Client, settings: Settings, provider: str
) -> None:
    select(settings, provider)
    assert post(strict, provider, postmark(7)).status_code == 404


@pytest.mark.parametrize("provider", sorted(set(known_providers()) - WITHOUT_REPORTS))
def test_every_other_provider_of_django_anymail_has_one(provider: str) -> None:
    view = view_class(provider)
    assert view is not None
    assert find_spec(f"anymail.webhooks.{provider}")
    assert view.signal is not None or provider == "mandrill"


def test_a_look_at_the_page_changes_nothing(strict: Client) -> None:
    assert strict.head("/anymail/postmark/tracking/").status_code == 200  # some providers try this
    assert strict.get("/anymail/postmark/tracking/").status_code == 405


def test_no_secret_and_no_address_of_a_reader_is_logged(
    strict: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        post(strict, "postmark", postmark(7))
        post(strict, "postmark", postmark(7), secret="reports:a-wrong-but-similar-secret")
        strict.post("/anymail/postmark/tracking/", json.dumps(postmark(7)), "application/json")
    told = caplog.text + "".join(str(vars(record)) for record in caplog.records if record.args)
    for secret in (SECRET, "similar", "ada@example.com"):
        assert secret not in told
