"""Providers with a way of their own, two providers at once, and many events in one request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_httpserver import HTTPServer

from newsletter.models import DeliveryEvent
from tests.newsletter.events.conftest import select
from tests.newsletter.events.payloads import SECRET, post, postmark

pytestmark = pytest.mark.django_db
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail-events"
AUTHORIZATION = {"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
CONFIRMED = (
    '<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">'
    "<ConfirmSubscriptionResult><SubscriptionArn>arn</SubscriptionArn>"
    "</ConfirmSubscriptionResult></ConfirmSubscriptionResponse>"
)


# ── two providers at once ────────────────────────────────────────────────────


def test_a_former_provider_still_posts_its_events(client: Client, settings: Settings) -> None:
    select(settings, "resend")
    assert post(client, "postmark", postmark(7)).status_code == 404
    settings.FORMER_MAIL_PROVIDERS = ["postmark"]
    assert post(client, "postmark", postmark(7)).status_code == 200
    assert DeliveryEvent.objects.get().provider == "Postmark"
    assert post(client, "postmark", postmark(7), secret="reports:wrong").status_code == 403
    assert post(client, "brevo", {}).status_code == 404


# ── Mandrill ─────────────────────────────────────────────────────────────────

BOUNCE = {
    "event": "hard_bounce",
    "_id": "1",
    "ts": 1741953900,
    "msg": {"email": "ada@example.com", "_id": "1", "bounce_description": "bad_mailbox"},
}


def signature(url: str, events: str) -> str:
    signed = hmac.new(b"key", f"{url}mandrill_events{events}".encode(), hashlib.sha1).digest()
    return base64.b64encode(signed).decode()


def post_mandrill(client: Client, events: str, *, url: str, **headers: str) -> int:
    answer = client.post(
        "/anymail/mandrill/",
        {"mandrill_events": events},
        headers={**AUTHORIZATION, "X-Mandrill-Signature": signature(url, events), **headers},
    )
    return answer.status_code


@pytest.fixture
def _mandrill(settings: Settings) -> None:
    select(settings, "mandrill", MANDRILL_WEBHOOK_KEY="key")
    settings.SITE_URL = "https://papers.example"


@pytest.mark.usefixtures("_mandrill")
def test_mandrill_signs_the_address_that_was_entered_there(client: Client) -> None:
    """Behind a proxy the request itself has another scheme and another host."""
    url = f"https://{SECRET}@papers.example/anymail/mandrill/"
    assert post_mandrill(client, json.dumps([BOUNCE]), url=url) == 200
    event = DeliveryEvent.objects.get()
    assert (event.kind, event.recipient, event.is_hard) == ("bounced", "ada@example.com", True)


@pytest.mark.usefixtures("_mandrill")
@pytest.mark.parametrize(
    "url",
    [
        f"http://{SECRET}@papers.example/anymail/mandrill/",
        "https://papers.example/anymail/mandrill/",
        f"https://{SECRET}@evil.example/anymail/mandrill/",
    ],
)
def test_a_signature_of_another_address_is_refused(client: Client, url: str) -> None:
    assert post_mandrill(client, json.dumps([BOUNCE]), url=url) == 400
    assert not DeliveryEvent.objects.exists()


@pytest.mark.usefixtures("_mandrill")
def test_mandrill_looks_whether_the_address_exists(client: Client) -> None:
    assert client.head("/anymail/mandrill/").status_code == 200
    url = f"https://{SECRET}@papers.example/anymail/mandrill/"
    assert post_mandrill(client, "[]", url=url) == 200


# ── Amazon SNS ───────────────────────────────────────────────────────────────


@pytest.fixture
def sns(settings: Settings, httpserver: HTTPServer) -> HTTPServer:
    """Amazon's side, on this machine."""
    select(settings, "amazon_ses")
    settings.SNS_TOPIC_ARNS = [TOPIC]
    settings.ANYMAIL["AMAZON_SES_CLIENT_PARAMS"] = {
        "endpoint_url": httpserver.url_for("/"),
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
    }
    httpserver.expect_request("/").respond_with_data(CONFIRMED, content_type="text/xml")
    return httpserver


def post_sns(client: Client, kind: str, topic: str, **values: Any) -> int:
    at = {"Timestamp": "2025-03-14T12:05:00.000Z"}
    message = {"Type": kind, "MessageId": "1", "TopicArn": topic, "Message": "", **at, **values}
    headers = {"x-amz-sns-message-type": kind, "x-amz-sns-message-id": "1", **AUTHORIZATION}
    path = "/anymail/amazon_ses/tracking/"
    answer = client.post(path, json.dumps(message), content_type="text/plain", headers=headers)
    return answer.status_code


def test_the_subscription_of_an_own_topic_is_confirmed(client: Client, sns: HTTPServer) -> None:
    assert post_sns(client, "SubscriptionConfirmation", TOPIC, Token="a-token") == 200
    [(request, _)] = sns.log
    assert request.form["Action"] == "ConfirmSubscription"
    assert (request.form["TopicArn"], request.form["Token"]) == (TOPIC, "a-token")


@pytest.mark.parametrize("topics", [[TOPIC], []])
def test_no_other_subscription_is_confirmed(
    client: Client,
    settings: Settings,
    sns: HTTPServer,
    topics: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.SNS_TOPIC_ARNS = topics
    other = TOPIC.replace("mail-events", "others")
    with caplog.at_level(logging.WARNING):
        assert post_sns(client, "SubscriptionConfirmation", other, Token="a-token") == 400
    assert sns.log == []
    assert other in caplog.text
    assert "a-token" not in caplog.text


def bounce_of_ses() -> str:
    return json.dumps(
        {
            "eventType": "Bounce",
            "mail": {"messageId": "7", "destination": ["ada@example.com"], "headers": []},
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "feedbackId": "1",
                "timestamp": "2025-03-14T12:05:00.000Z",
                "bouncedRecipients": [{"emailAddress": "ada@example.com"}],
            },
        }
    )


@pytest.mark.usefixtures("sns")
def test_only_events_of_own_topics_are_stored(client: Client, settings: Settings) -> None:
    bounce = bounce_of_ses()
    assert post_sns(client, "Notification", "arn:of:others", Message=bounce) == 400
    assert not DeliveryEvent.objects.exists()
    assert post_sns(client, "Notification", TOPIC, Message=bounce) == 200
    assert DeliveryEvent.objects.count() == 1
    settings.SNS_TOPIC_ARNS = []  # as in an installation that names none
    DeliveryEvent.objects.all().delete()
    assert post_sns(client, "Notification", "arn:of:others", Message=bounce) == 200
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.usefixtures("sns")
@pytest.mark.parametrize("message", ["null", "[]", '"x"', "5", '{"eventType": 5}'])
def test_a_notification_that_cannot_be_read_is_refused(client: Client, message: str) -> None:
    assert post_sns(client, "Notification", TOPIC, Message=message) == 400


# ── many events in one request ───────────────────────────────────────────────


def bounce_of_mailtrap(number: int, **values: Any) -> dict[str, Any]:
    return {
        "event": "bounce",
        "timestamp": 1741953900,
        "message_id": f"m{number}",
        "event_id": f"e{number}",
        "email": f"reader{number}@example.com",
        "category": None,
        "custom_variables": {},
        "response": "550 5.1.1 no such user",
        "response_code": 550,
        "bounce_category": "badmailbox",
        **values,
    }


def test_a_thousand_events_of_one_request_take_one_statement(
    client: Client,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
    enqueued: list[str],
) -> None:
    select(settings, "mailtrap", MAILTRAP_API_TOKEN="token")
    events = [bounce_of_mailtrap(number) for number in range(1000)]
    with django_assert_num_queries(1):
        assert post(client, "mailtrap", {"events": events}).status_code == 200
    assert DeliveryEvent.objects.count() == 1000
    assert enqueued == ["process_events"]


def test_a_malformed_event_costs_none_of_the_others(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    select(settings, "mailtrap", MAILTRAP_API_TOKEN="token")
    odd = [bounce_of_mailtrap(2, timestamp="soon"), {"event": "bounce"}, "bounce"]
    events = [bounce_of_mailtrap(1), *odd, bounce_of_mailtrap(3)]
    assert post(client, "mailtrap", {"events": events}).status_code == 200
    assert set(DeliveryEvent.objects.values_list("message_id", flat=True)) == {"m1", "m3"}
    assert "3 of the events of Mailtrap cannot be read: KeyError, " in caplog.text
    assert post(client, "mailtrap", {"events": odd}).status_code == 400
