"""What a reply or an error means for one message: five outcomes, distinguished without guessing.

The one question that matters is whether the message may have left. Where that cannot be known
the outcome is `unknown`, and the caller decides whether a second copy is worse than none.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
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

from mail.missing_mailbox import names_missing_mailbox
from mail.retry_after import retry_after

State = Literal["accepted", "refused", "deferred", "unknown", "misconfigured"]
Stage = Literal["greeting", "sender", "recipient", "content"]
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
    # Either the settings are wrong or this message: see mail/outcome.py.
    disputed: bool = False
    is_ours: bool = False  # an error of our own code: no server was asked about the message

    def __post_init__(self) -> None:
        if not (self.provider_id.isprintable() and self.error.isprintable()):
            object.__setattr__(self, "provider_id", _storable(self.provider_id))
            object.__setattr__(self, "error", _storable(self.error))


def _storable(text: str) -> str:
    if text.isprintable():
        return text
    return text.replace("\0", "").encode(errors="replace").decode()


# ── SMTP ─────────────────────────────────────────────────────────────────────

# "Authentication required" and similar codes, at any stage.
_AUTHENTICATION: Final = {530, 534, 535, 538}
_TOO_BIG: Final = 552


def of_reply(stage: Stage, code: int, text: bytes | str) -> Outcome:
    """The outcome of a server's refusal at one stage of SMTP."""
    reply = text.decode(errors="replace") if isinstance(text, bytes) else text
    error = f"{code} {' '.join(reply.split())}"[:500]
    if code in _AUTHENTICATION:
        return Outcome("misconfigured", error=error)
    # A refusal at the greeting concerns our connection and not the message, perhaps for an hour.
    if code < 500 or stage == "greeting":
        return Outcome("deferred", error=error)
    if stage == "sender" and code != _TOO_BIG:
        return Outcome("misconfigured", error=error)
    # At the end of DATA too: a message has one recipient, so that refusal is about them.
    is_hard_bounce = stage != "sender" and names_missing_mailbox(error)
    return Outcome("refused", error=error, is_hard_bounce=is_hard_bounce)


def of_opening(error: Exception) -> Outcome:
    """The outcome when no connection could be opened: nothing was sent, whatever the error is."""
    if isinstance(error, smtplib.SMTPResponseException):
        return of_reply("greeting", error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError):
        return Outcome("misconfigured", error=_text(error))
    if isinstance(error, OSError):  # refused, no route, no such host, timeout
        return Outcome("deferred", error=_text(error))
    return Outcome("misconfigured", error=_text(error))


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
    return Outcome(_of_amazon_error(error), error=_text(error))


def of_status(status: int, error: str, headers: Mapping[str, str]) -> Outcome:
    """The outcome of an HTTP response that does not confirm the message; `error` describes it."""
    if status < 300 or status in _GATEWAY_LOST:
        return Outcome("unknown", error=error)  # a confirmation that cannot be parsed, or none
    if status >= 500 or status in _TRY_LATER:
        return Outcome("deferred", error=error, retry_after=_asked(headers))
    return Outcome("misconfigured", error=error, disputed=status in _ABOUT_CONTENT)


def _asked(headers: Mapping[str, str]) -> float:
    """The seconds that the response asks to wait; 0 when it does not say."""
    return retry_after(headers.get("Retry-After", ""), time.time()) or 0.0


def of_network(error: requests.RequestException) -> Outcome:
    """The outcome of a request without a response."""
    return Outcome(_of_network_error(error), error=_text(error))


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


# ── of a burst ───────────────────────────────────────────────────────────────

# So few messages may all be invalid; more are not, so then it is the settings.
FEW: Final = 3


def resolve_disputed(outcomes: Sequence[Outcome], is_proven: bool) -> list[Outcome]:
    """Convert disputed outcomes into refusals where the provider accepts our other messages.

    Args:
        outcomes: of one burst.
        is_proven: a message of the burst before was accepted. That counts for a burst of one or
            two messages only: settings may become wrong at any time.
    """
    has_accepted = any(outcome.state == "accepted" for outcome in outcomes)
    if not has_accepted and not (is_proven and len(outcomes) < FEW):
        return list(outcomes)
    return [
        replace(outcome, state="refused", disputed=False) if outcome.disputed else outcome
        for outcome in outcomes
    ]
