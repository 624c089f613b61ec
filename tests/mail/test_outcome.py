"""What the errors of mail backends mean; those of providers are made as django-anymail does."""

from __future__ import annotations

import smtplib
import ssl

import pytest
import requests
import time_machine
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from botocore.exceptions import (  # type: ignore[import-untyped]
    ClientError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from django.core.mail import BadHeaderError
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from mail.outcome import (
    Outcome,
    of_building,
    of_error,
    of_opening,
    of_reply,
    of_status,
)
from tests.factories import NOON


def answered(status: int) -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    response.reason = "Because"
    return AnymailRequestsAPIError(response=response)


def network(error: requests.RequestException) -> Exception:
    """As anymail.backends.base_requests raises it: both its own error and the original's kind."""
    kind = type("AnymailRequestsAPIError", (AnymailRequestsAPIError, type(error)), {})
    try:
        try:
            raise error
        except requests.RequestException as original:
            raise kind("Error posting to https://api.example.org:") from original
    except Exception as raised:  # noqa: BLE001 (the test returns it)
        return raised


def amazon(code: str, words: str = "") -> AnymailAPIError:
    original = ClientError({"Error": {"Code": code, "Message": words}}, "SendEmail")
    error = AnymailAPIError(str(original), response=original.response)
    error.__cause__ = original
    return error


def amazon_network(original: Exception) -> AnymailAPIError:
    error = AnymailAPIError(str(original), response=None)
    error.__cause__ = original
    return error


def refused_connection() -> requests.ConnectionError:
    pool = HTTPConnectionPool("api.example.org")
    reason = NewConnectionError(pool, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(pool, "/", reason))


@pytest.mark.parametrize(
    "error",
    [
        AnymailInvalidAddress("x"),
        AnymailSerializationError("x"),
        AnymailRecipientsRefused(),
        BadHeaderError("x"),
    ],
)
def test_an_impossible_message_is_refused(error: Exception) -> None:
    assert of_error(error).state == "refused"


@pytest.mark.parametrize(
    ("error", "is_ours"),
    [
        (BadHeaderError("x"), True),
        (AnymailSerializationError("x"), True),
        (AnymailRecipientsRefused(), False),
        (AnymailInvalidAddress("x"), False),
    ],
)
def test_a_message_that_was_never_built_is_an_error_of_ours(
    error: Exception, is_ours: bool
) -> None:
    assert of_error(error).is_ours == is_ours


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "unknown"),
        (400, "misconfigured"),
        (401, "misconfigured"),
        (403, "misconfigured"),
        (408, "deferred"),
        (422, "misconfigured"),
        (429, "deferred"),
        (500, "deferred"),
        (502, "unknown"),
        (503, "deferred"),
        (504, "unknown"),
    ],
)
def test_the_status_decides(status: int, state: str) -> None:
    assert of_error(answered(status)).state == state


@pytest.mark.parametrize(
    ("status", "disputed"), [(400, True), (413, True), (422, True), (401, False)]
)
def test_a_status_about_content_is_disputed(status: int, disputed: bool) -> None:
    assert of_error(answered(status)).disputed == disputed


def test_an_unsupported_feature_is_disputed() -> None:
    outcome = of_error(AnymailUnsupportedFeature("x"))
    assert (outcome.state, outcome.disputed) == ("misconfigured", True)


def test_a_refusal_for_now_passes_the_wait_on() -> None:
    with time_machine.travel(NOON, tick=False):
        later = of_status(429, "busy", {"Retry-After": "Fri, 14 Mar 2025 12:01:30 GMT"})
        unsaid = of_status(429, "busy", {})
    assert (later.state, later.retry_after) == ("deferred", 90.0)
    assert (unsaid.state, unsaid.retry_after) == ("deferred", 0.0)


def test_retry_after_becomes_part_of_the_outcome() -> None:
    error = answered(429)
    error.response.headers["retry-after"] = "30"
    assert of_error(error).retry_after == 30.0


def test_an_error_before_sending_leaves_no_doubt(caplog: pytest.LogCaptureFixture) -> None:
    assert of_building(AnymailInvalidAddress("x")).state == "refused"
    assert of_building(AnymailConfigurationError("no key")).state == "misconfigured"
    assert not caplog.records
    for error in (RuntimeError("a bug"), BadHeaderError("x")):
        outcome = of_building(error)
        assert (outcome.state, outcome.is_ours) == ("deferred", True)
        assert "an error of ours" in caplog.records.pop().getMessage()


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (requests.ConnectTimeout("slow"), "deferred"),
        (refused_connection(), "deferred"),
        (requests.exceptions.SSLError("bad certificate"), "deferred"),
        (requests.exceptions.ProxyError("no proxy"), "deferred"),
        (requests.ReadTimeout("slow"), "unknown"),
        (requests.ConnectionError(ProtocolError("Connection aborted.")), "unknown"),
        (requests.exceptions.ChunkedEncodingError("cut short"), "unknown"),
        (requests.exceptions.InvalidURL("no URL"), "misconfigured"),
    ],
)
def test_a_network_error_is_in_doubt_after_the_request(
    error: requests.RequestException, state: str
) -> None:
    assert of_error(network(error)).state == state


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (amazon("Throttling"), "deferred"),
        (amazon("TooManyRequestsException"), "deferred"),
        (amazon("MessageRejected", "Content is not allowed"), "refused"),
        (amazon("MessageRejected", "Email address is not verified."), "misconfigured"),
        (amazon("AccountSuspendedException"), "misconfigured"),
        (amazon_network(EndpointConnectionError(endpoint_url="https://x")), "deferred"),
        (amazon_network(ReadTimeoutError(endpoint_url="https://x")), "unknown"),
    ],
)
def test_amazons_codes_are_classified(error: AnymailAPIError, state: str) -> None:
    assert of_error(error).state == state


def test_missing_keys_are_a_wrong_setting() -> None:
    assert of_error(AnymailConfigurationError("no key")).state == "misconfigured"


def test_an_unexpected_error_is_in_doubt() -> None:
    assert of_error(RuntimeError("what?")) == Outcome("unknown", error="RuntimeError: what?")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), "misconfigured"),
        (smtplib.SMTPAuthenticationError(454, b"4.7.0 later"), "deferred"),
        (smtplib.SMTPConnectError(554, b"go away"), "deferred"),
        (smtplib.SMTPNotSupportedError("no STARTTLS"), "misconfigured"),
        (ssl.SSLCertVerificationError("expired"), "misconfigured"),
        (ssl.SSLError("handshake"), "deferred"),
        (TimeoutError("slow"), "deferred"),
        (smtplib.SMTPServerDisconnected("gone"), "deferred"),
        (TypeError("a certificate file that is none"), "misconfigured"),
    ],
)
def test_a_failed_opening_is_never_in_doubt(error: Exception, state: str) -> None:
    assert of_opening(error).state == state


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (b"5.1.1 no such user", True),
        (b"5.1.10 null MX", True),
        (b"5.2.1 mailbox disabled", True),
        (b"5.1.13 something else", False),
        (b"5.2.2 mailbox full", False),
        (b"no such user here", True),
        (b"5.7.1 no such user for you", False),
        (b"5.7.1 no", False),
        (b"no", False),
    ],
)
def test_only_a_missing_mailbox_is_a_hard_bounce(text: bytes, gone: bool) -> None:
    assert of_reply("recipient", 550, text).is_hard_bounce == gone


def test_an_error_is_kept_on_one_line_and_short() -> None:
    outcome = of_reply("recipient", 550, b"no\r\n" + b"x" * 1000)
    assert outcome.error.startswith("550 no x")
    assert len(outcome.error) == 500


@pytest.mark.parametrize(
    ("text", "stored"),
    [("550 no \0 such user", "550 no  such user"), ("\ud800 é", "? é"), ("a\nb", "a\nb")],
)
def test_texts_can_always_be_stored(text: str, stored: str) -> None:
    outcome = Outcome("refused", provider_id=text, error=text)
    assert (outcome.provider_id, outcome.error) == (stored, stored)
