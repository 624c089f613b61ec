"""A provider posts mail that arrived there: with the secret, and each mail is taken in once."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import Message
from importlib.util import find_spec
from typing import Any

import pytest
from anymail.inbound import AnymailInboundMessage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from mail.providers import known_providers
from newsletter.inbound import webhook
from newsletter.inbound.receive import receive
from newsletter.inbound.webhook import inbound_view_class, raw_mail
from tests.mail_servers import HELLO
from tests.newsletter.events.payloads import SECRET

pytestmark = pytest.mark.django_db
TO = "reply+b-1-0f@in.papers.test"
WITHOUT_INBOUND = {"smtp", "scaleway", "unisender_go"}
POSTMARK = {
    "FromFull": {"Email": "bob@example.net", "Name": "Bob"},
    "ToFull": [{"Email": TO, "Name": ""}],
    "OriginalRecipient": TO,
    "Subject": "Hello",
    "MessageID": "8f0c",
    "Date": "Fri, 14 Mar 2025 12:00:00 +0000",
    "TextBody": "Hello.",
    "HtmlBody": "<p>Hello.</p>",
    "Headers": [{"Name": "Message-ID", "Value": "<1@example.net>"}],
    "Attachments": [
        {"Name": "a.txt", "ContentType": "text/plain", "Content": b64encode(b"one").decode()}
    ],
}


@pytest.fixture(autouse=True)
def _inbound(settings: Settings) -> None:
    settings.INBOUND_ADDRESS, settings.INBOUND_PROVIDER = "reply@in.papers.test", "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "key"}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str]]:
    """What was taken in, by the real function, and for whom."""
    found: list[tuple[bytes, str]] = []

    def noted(raw: bytes, **values: Any) -> str:
        found.append((raw, values["envelope_to"]))
        assert values["source"] == "webhook"
        return receive(raw, **values)

    monkeypatch.setattr(webhook, "receive", noted)
    return found


def post(client: Client, data: object, *, provider: str = "postmark", secret: str = SECRET) -> int:
    return client.post(
        f"/anymail/{provider}/inbound/",
        json.dumps(data),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Basic {b64encode(secret.encode()).decode()}",
    ).status_code


def post_form(client: Client, provider: str, path: str, fields: dict[str, Any]) -> int:
    login = f"Basic {b64encode(SECRET.encode()).decode()}"
    url = f"/anymail/{provider}/{path}/"
    return client.post(url, fields, HTTP_AUTHORIZATION=login).status_code


def test_a_whole_mail_arrives_as_it_was(client: Client, taken: list[tuple[bytes, str]]) -> None:
    assert post(client, {**POSTMARK, "RawEmail": HELLO.decode()}) == 200
    assert taken == [(HELLO, TO)]


def test_a_mail_in_parts_is_put_together_in_the_same_way_each_time(
    client: Client, taken: list[tuple[bytes, str]]
) -> None:
    assert [post(client, POSTMARK), post(client, POSTMARK)] == [200, 200]
    (first, recipient), second = taken
    assert (first, recipient) == second
    assert recipient == TO
    mail = message_from_bytes(first, policy=policy.default)
    html = mail.get_body(("html",))
    assert (mail["Subject"], mail["From"]) == ("Hello", "Bob <bob@example.net>")
    assert html is not None
    assert html.get_content().strip() == "<p>Hello.</p>"
    assert contents_of_files(first) == {"a.txt": "one"}


def contents_of_files(raw: bytes) -> dict[str, str]:
    mail = message_from_bytes(raw, policy=policy.default)
    return {str(one.get_filename()): one.get_content().strip() for one in mail.iter_attachments()}


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")
def test_the_form_of_sendgrid_with_the_whole_mail_is_read(
    client: Client, taken: list[tuple[bytes, str]], settings: Settings
) -> None:
    settings.INBOUND_PROVIDER = "sendgrid"
    envelope = json.dumps({"from": "", "to": [TO]})
    fields = {"email": HELLO.decode(), "envelope": envelope}
    assert post_form(client, "sendgrid", "inbound", fields) == 200
    assert taken == [(HELLO, TO)]


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")
def test_files_of_a_form_are_read(
    client: Client, taken: list[tuple[bytes, str]], settings: Settings
) -> None:
    """As Mailgun posts a report: its parts are files."""
    settings.INBOUND_PROVIDER = "sendgrid"
    report = b"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\n"
    fields = {
        "headers": "From: bob@example.net\nSubject: Hello\n",
        "text": "Hello.",
        "attachment-info": json.dumps({"attachment1": {"filename": "report.txt"}}),
        "envelope": json.dumps({"from": "", "to": [TO]}),
        "attachment1": SimpleUploadedFile("report.txt", report, "text/plain"),
    }
    assert post_form(client, "sendgrid", "inbound", fields) == 200
    [(raw, _)] = taken
    assert contents_of_files(raw) == {"report.txt": report.decode().strip()}


@pytest.mark.parametrize(("secret", "status"), [("reports:wrong", 403), ("", 403)])
def test_without_the_secret_nothing_is_taken_in(
    client: Client, taken: list[tuple[bytes, str]], secret: str, status: int
) -> None:
    assert post(client, POSTMARK, secret=secret) == status
    assert client.post("/anymail/postmark/inbound/", "{}", content_type="a/b").status_code == 401
    assert taken == []


def test_a_get_changes_nothing(client: Client, taken: list[tuple[bytes, str]]) -> None:
    assert client.get("/anymail/postmark/inbound/").status_code == 405
    assert taken == []


@pytest.mark.parametrize(
    "change",
    [
        {"INBOUND_ADDRESS": ""},
        {"INBOUND_PROVIDER": "mailgun"},
        {"INBOUND_PROVIDER": "smtp"},
        {"ANYMAIL": {}},
    ],
)
def test_where_no_mail_is_expected_there_is_no_page(
    client: Client, taken: list[tuple[bytes, str]], settings: Settings, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    assert post(client, POSTMARK) == 404
    assert taken == []


@pytest.mark.parametrize("data", [{}, [], None, "a", {**POSTMARK, "FromFull": 7}, {"Headers": 1}])
def test_what_is_no_mail_is_refused_or_taken_in(client: Client, data: object) -> None:
    assert post(client, data) in (200, 400)


def test_the_provider_posts_again_what_could_not_be_stored(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise OperationalError("away")

    monkeypatch.setattr(webhook, "receive", fail)
    client.raise_request_exception = False
    assert post(client, POSTMARK) in (500, 503)


def test_each_provider_with_inbound_mail_has_its_view() -> None:
    found = {
        name
        for name in known_providers()
        if name != "amazon_ses" or find_spec("boto3")
        if inbound_view_class(name)
    }
    assert found == set(known_providers()) - WITHOUT_INBOUND


def test_a_provider_of_another_name_has_none() -> None:
    for name in ("", "base", "../postmark", "postmark/inbound", "os"):
        assert inbound_view_class(name) is None


def broken(change: Callable[[Message], None]) -> Message:
    message: Message = AnymailInboundMessage.parse_raw_mime_bytes(HELLO)
    change(message)
    return message


@pytest.mark.parametrize(
    "raw",
    [
        HELLO,
        HELLO.replace(b"\r\n", b"\n"),
        b"Subject: =?utf-8?b?broken\r\n\r\nx\r\n",
        b"Subject: caf\xe9\r\nTo: caf\xe9@example\r\n\r\n\xff\xfe\r\n",
        b"To: <<>>;,@\r\nFrom: \r\nDate: never\r\nMessage-ID: \r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\n--x\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n",
        b"Content-Type: text/plain; charset=none\r\n\r\n\xff\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!\r\n",
        b"Subject: " + b"a" * 5000 + b"\r\n\r\nx\r\n",
        b"\r\n",
        b"",
        b"\x00\x00",
    ],
)
def test_any_mail_becomes_bytes_the_same_ones_each_time(raw: bytes) -> None:
    first, second = (raw_mail(AnymailInboundMessage.parse_raw_mime_bytes(raw)) for _ in range(2))
    assert first == second
    assert b"".join(raw.split())[:20] in b"".join(first.split()) or not raw.strip()


def test_a_header_that_python_cannot_write_loses_no_mail() -> None:
    message = broken(lambda one: one.set_payload("é\udcff", None))
    assert b"Hello" in raw_mail(message)
