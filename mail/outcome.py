"""What a reply or an error means for one message: five outcomes, distinguished without guessing.

The one question that matters is whether the message may have left. Where that cannot be known
the outcome is `unknown`, and the caller decides whether a second copy is worse than none.
"""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import BadHeaderError
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from mail.refusals.meanings import RATE, Meaning
from mail.refusals.replies import meaning_of
from mail.retry_after import retry_after
from mail.without_address import CUT, without_address, without_recipient

Stage = Literal["greeting", "sender", "recipient", "content"]
State = Literal["accepted", "refused", "deferred", "unknown", "misconfigured"]
# What kept a message from being accepted: itself or its mailbox; us, in every message (settings,
# address, reputation); or the mail server or provider, which takes no message now. Whether it is
# the message or the server, other messages show (mail/relay.py).
Cause = Literal["message", "us", "server", "message or server"]
log = logging.getLogger(__name__)

# What our own code raises over one message. Not any Exception: the time limit of a task is one, and
# it must end the task.
ERRORS_OF_OURS: Final = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt to send one message.

    accepted: the next server has it. refused: it will never accept this message to this address.
    deferred: not sent, and worth another attempt. unknown: it may or may not have been sent.
    misconfigured: not sent, and no message will be until an operator changes something.

    Its texts can always be stored: PostgreSQL takes no NUL and no half of a surrogate pair, both
    can stand in a server's reply, and one text that is not stored would cost a whole burst its
    outcomes. They are cleaned here, because every ledger and every reason is made of them.
    """

    state: State
    provider_id: str = ""
    error: str = ""
    is_hard_bounce: bool = False  # the reply says that there is no such mailbox
    retry_after: float = 0.0  # seconds for which the server asked to wait; 0: it did not ask
    # Either the settings are wrong or this message: other messages show it (mail/run.py). A refusal
    # that is deferred for this reason stays disputed.
    disputed: bool = False
    cause: Cause = "message"
    # Where the cause is us: what an operator can do. Where it is the server: what happened.
    advice: str = ""
    is_ours: bool = False  # an error of our own code: no server was asked about the message

    @property
    def is_counted(self) -> bool:
        """Whether the attempt says anything about the message; else no number of them ends it."""
        return self.state != "misconfigured" and self.cause in ("message", "message or server")

    def __post_init__(self) -> None:
        if not (self.provider_id.isprintable() and self.error.isprintable()):
            object.__setattr__(self, "provider_id", _storable(self.provider_id))
            object.__setattr__(self, "error", _storable(self.error))


def _storable(text: str) -> str:
    if text.isprintable():
        return text
    return text.replace("\0", "").encode(errors="replace").decode()


def private(outcome: Outcome, address: str, *, ours: str) -> Outcome:
    """The outcome of a message to `address`, with texts that name no reader.

    Nearly every outcome is "accepted" and is returned at once: only if the server's answer, which
    is its id of the message, repeats the address as we sent it, is that cut.
    """
    if outcome.state == "accepted":
        if "@" not in outcome.provider_id or address not in outcome.provider_id:
            return outcome
        return replace(outcome, provider_id=outcome.provider_id.replace(address, CUT))
    return replace(
        outcome,
        error=without_address(outcome.error, address, ours=ours),
        provider_id=without_recipient(outcome.provider_id, address),
    )


# ── SMTP ─────────────────────────────────────────────────────────────────────

# "Authentication required" and similar codes, at any stage.
_AUTHENTICATION: Final = {530, 534, 535, 538}
_TOO_BIG: Final = 552


def of_reply(stage: Stage, code: int, text: bytes | str) -> Outcome:
    """The outcome of a server's refusal at one stage of SMTP."""
    reply = text.decode(errors="replace") if isinstance(text, bytes) else text
    error = f"{code} {' '.join(reply.split())}"[:500]
    meaning = meaning_of(code, reply)
    if code in _AUTHENTICATION:
        return _ours(error, meaning)
    if stage == "greeting":
        return _of_greeting(code, error, meaning)
    if code < 500:
        return _for_now(stage, error, meaning)
    if stage == "sender" and code != _TOO_BIG and meaning.subject != "message":
        return _ours(error, meaning)  # no recipient was named yet
    return _for_good(error, meaning)


def _for_good(error: str, meaning: Meaning) -> Outcome:
    if meaning.subject == "us":
        return _ours(error, meaning, disputed=True)
    if meaning.subject == "server":
        return Outcome("deferred", error=error, cause="message or server")
    is_hard_bounce = meaning.subject == "missing"
    is_unclear = meaning.subject == "unclear"
    return Outcome("refused", error=error, is_hard_bounce=is_hard_bounce, disputed=is_unclear)


def _ours(error: str, meaning: Meaning, *, disputed: bool = False) -> Outcome:
    return Outcome(
        "misconfigured", error=error, disputed=disputed, cause="us", advice=meaning.advice
    )


def _of_greeting(code: int, error: str, meaning: Meaning) -> Outcome:
    """A refusal at the greeting concerns our connection and no message, perhaps for an hour."""
    if code >= 500 and meaning.subject == "us":
        return _ours(error, meaning)
    return Outcome("deferred", error=error, cause="server")


def _for_now(stage: Stage, error: str, meaning: Meaning) -> Outcome:
    """A refusal for now. Limits are the server's: it takes more when it is asked less."""
    is_limit = meaning.subject == "server" or meaning == RATE
    if is_limit or (stage == "sender" and meaning.subject == "unclear"):
        return Outcome("deferred", error=error, cause="message or server")
    if meaning.subject == "us":
        return Outcome("deferred", error=error, disputed=True, cause="us", advice=meaning.advice)
    return Outcome("deferred", error=error)


NOT_TRUSTED: Final = (
    "the certificate of the mail server is not trusted: check EMAIL_HOST, and for a CA of your own "
    "set EMAIL_SSL_CA_FILE"
)
NO_TLS: Final = "the mail server has no TLS on this port: check EMAIL_PORT and EMAIL_USE_SSL"
NO_STARTTLS: Final = "the mail server offers no STARTTLS: check EMAIL_PORT and EMAIL_USE_TLS"
NO_LOGIN: Final = (
    "the mail server offers no login with a password (PLAIN, LOGIN or CRAM-MD5): turn that on "
    "there, use a relay that has one, or set EMAIL_USE_TLS if it offers it within TLS only"
)
# A server without TLS on this port sends words where a TLS client waits for a record.
_NO_TLS: Final = {"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"}


def of_opening(error: Exception) -> Outcome:
    """The outcome when no connection could be opened: nothing was sent, whatever the error is."""
    if isinstance(error, smtplib.SMTPResponseException):
        is_ours = isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPHeloError)
        stage: Stage = "sender" if is_ours and error.smtp_code >= 500 else "greeting"
        return of_reply(stage, error.smtp_code, error.smtp_error)
    advice = _advice(error)
    if advice or not isinstance(error, OSError):
        return Outcome("misconfigured", error=_text(error), cause="us", advice=advice)
    trouble = _trouble(error)
    described = f"{trouble} ({_text(error)})"[:500]
    return Outcome("deferred", error=described, cause="server", advice=trouble)


def _advice(error: Exception) -> str:
    """What an operator can do, where the settings are at fault; else nothing."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return NOT_TRUSTED
    if isinstance(error, ssl.SSLError) and getattr(error, "reason", "") in _NO_TLS:
        return NO_TLS
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NO_STARTTLS if "STARTTLS" in str(error) else NO_LOGIN
    return ""


def _trouble(error: OSError) -> str:
    """What happened, in words: the texts of the errors differ between systems."""
    if isinstance(error, ConnectionRefusedError):
        return "the mail server refused the connection"
    if isinstance(error, socket.gaierror):
        return "the name of the mail server was not found"
    if isinstance(error, TimeoutError):
        return "the mail server did not answer in time"
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection to the mail server could be made"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return "the mail server closed the connection"
    return "the mail server cannot be reached"


# ── providers' APIs ──────────────────────────────────────────────────────────

_REFUSALS: Final = (
    AnymailRecipientsRefused,
    AnymailInvalidAddress,
)
# Of a message that was never built, so no server refused it.
_NOT_BUILT: Final = (AnymailSerializationError, BadHeaderError)
_TRY_LATER: Final = {408, 425, 429}
# Of a gateway that lost the server behind it, which may have sent the message.
_GATEWAY_LOST: Final = {502, 504}
# The provider rejects the content of the request: one message, or what all messages share.
_ABOUT_CONTENT: Final = {400, 413, 422}
# Amazon's errors have no HTTP status; these are their codes for "try later".
_AMAZON_TRY_LATER: Final = {
    "InternalFailure",
    "InternalServiceErrorException",
    "LimitExceededException",
    "RequestTimeout",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
# botocore is loaded only where Amazon is used, so its errors are recognised by their names.
_AMAZON_UNSENT: Final = {"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"}
_AMAZON_UNKNOWN: Final = {"ReadTimeoutError", "ConnectionClosedError", "HTTPClientError"}


def of_error(error: Exception) -> Outcome:
    """The outcome of an error that a Django mail backend raised while sending one message."""
    if isinstance(error, _REFUSALS):
        return Outcome("refused", error=_text(error))
    if isinstance(error, _NOT_BUILT):
        return Outcome("refused", error=_text(error), is_ours=True)
    if isinstance(error, AnymailUnsupportedFeature):
        return Outcome("misconfigured", error=_text(error), disputed=True)
    if isinstance(error, AnymailConfigurationError | ImproperlyConfigured):
        return Outcome("misconfigured", error=_text(error))
    if isinstance(error, AnymailAPIError):
        return _of_api_error(error)
    return Outcome("unknown", error=_text(error))


def of_building(error: Exception) -> Outcome:
    """The outcome of an error before anything was sent, so the message has surely not left.

    What is neither the address nor a setting is an error of ours, and is logged as that.
    """
    outcome = of_error(error)
    if outcome.state != "unknown" and not outcome.is_ours:
        return outcome
    log.error("an error of ours: a message cannot be built", exc_info=error)
    return Outcome("deferred", error=outcome.error, is_ours=True)


def _of_api_error(error: AnymailAPIError) -> Outcome:
    if error.status_code is not None:
        headers = getattr(error.response, "headers", {})
        return of_status(error.status_code, _text(error), headers)
    if isinstance(error, requests.RequestException):
        return of_network(error)
    state = _of_amazon_error(error)
    cause: Cause = "message"
    if state == "deferred":
        cause = "message or server" if error.response else "server"
    return Outcome(state, error=_text(error), cause=cause)


def of_status(status: int, error: str, headers: Mapping[str, str]) -> Outcome:
    """The outcome of an HTTP response that does not confirm the message; `error` describes it."""
    if status < 300 or status in _GATEWAY_LOST:
        return Outcome("unknown", error=error)  # a confirmation that cannot be parsed, or none
    if status >= 500 or status in _TRY_LATER:
        asked = _asked(headers)
        return Outcome("deferred", error=error, retry_after=asked, cause="message or server")
    return Outcome("misconfigured", error=error, disputed=status in _ABOUT_CONTENT)


def _asked(headers: Mapping[str, str]) -> float:
    """The seconds that the response asks to wait; 0 when it does not say."""
    return retry_after(headers.get("Retry-After", ""), time.time()) or 0.0


def of_network(error: requests.RequestException) -> Outcome:
    """The outcome of a request without a response."""
    state = _of_network_error(error)
    return Outcome(state, error=_text(error), cause="server" if state == "deferred" else "message")


def _of_network_error(error: requests.RequestException) -> State:
    if any(
        isinstance(cause, NewConnectionError | ConnectTimeoutError | requests.ConnectTimeout)
        for cause in _causes(error)
    ):
        return "deferred"  # no connection, so nothing was sent
    if isinstance(error, requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return "deferred"  # both fail before the request is written
    if isinstance(error, ValueError):
        return "misconfigured"  # the API's address is no URL
    return "unknown"


def _of_amazon_error(error: AnymailAPIError) -> State:
    if not error.response:
        names = {kind.__name__ for cause in _causes(error) for kind in type(cause).__mro__}
        if names & _AMAZON_UNSENT:
            return "deferred"
        return "unknown" if names & _AMAZON_UNKNOWN else "misconfigured"
    code = error.response.get("Error", {}).get("Code", "")
    if code in _AMAZON_TRY_LATER:
        return "deferred"
    # The same code also means that the *sender* is not verified, which the operator must correct.
    is_refusal = code == "MessageRejected" and "not verified" not in str(error)
    return "refused" if is_refusal else "misconfigured"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and what requests wraps in its first argument."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            yield cause
            waiting += [cause.__cause__, getattr(cause, "reason", None), *cause.args[:1]]


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
