"""What an answer or an error means for one mail: five outcomes, told apart without guessing.

The one question that matters is whether the mail may have left. Where that cannot be known
the outcome is `unknown`, and whoever asked decides whether a second copy is worse than none.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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

State = Literal["accepted", "refused", "deferred", "unknown", "misconfigured"]
Stage = Literal["greeting", "sender", "recipient", "content"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mail.

    accepted: the next server has it. refused: it never will take this mail to this address.
    deferred: not sent, and worth another try. unknown: it may or may not have been sent.
    misconfigured: not sent, and no mail will be until an operator changes something.
    """

    state: State
    provider_id: str = ""
    error: str = ""
    is_hard_bounce: bool = False  # the refusal says that there is no such mailbox: a hard bounce
    retry_after: float = 0.0  # for how many seconds the server asked to be left alone; 0: not said
    # Misconfigured, or it is this one mail: a provider that takes others is set up right.
    disputed: bool = False

    def __post_init__(self) -> None:
        if not (self.provider_id.isprintable() and self.error.isprintable()):
            object.__setattr__(self, "provider_id", _storable(self.provider_id))
            object.__setattr__(self, "error", _storable(self.error))


def _storable(said: str) -> str:
    """PostgreSQL stores no NUL and no half of a character, and what was sent must be stored."""
    if said.isprintable():
        return said
    return said.replace("\0", "").encode(errors="replace").decode()


# ── SMTP ─────────────────────────────────────────────────────────────────────

# "Authentication required" and its kin, at whatever stage a server says so.
_AUTHENTICATION: Final = {530, 534, 535, 538}
# RFC 3463: bad mailbox or domain, moved without a forwarding address, disabled mailbox.
_GONE: Final = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1)\b")
_TOO_BIG: Final = 552


def says_gone(words: str) -> bool:
    """Whether a server's answer names a mailbox that is not there (any more)."""
    return bool(_GONE.search(words))


def of_reply(stage: Stage, code: int, text: bytes | str) -> Outcome:
    """The outcome of a server's "no" at one stage of SMTP."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    error = f"{code} {' '.join(words.split())}"[:500]
    if code in _AUTHENTICATION:
        return Outcome("misconfigured", error=error)
    # A server that shuts the door at the greeting shuts it on us, perhaps for an hour.
    if code < 500 or stage == "greeting":
        return Outcome("deferred", error=error)
    if stage == "sender" and code != _TOO_BIG:
        return Outcome("misconfigured", error=error)
    gone = stage == "recipient" and says_gone(words)
    return Outcome("refused", error=error, is_hard_bounce=gone)


def of_opening(error: Exception) -> Outcome:
    """The outcome when no connection could be opened: nothing was sent, whatever went wrong."""
    if isinstance(error, smtplib.SMTPResponseException):
        return of_reply("greeting", error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError):
        return Outcome("misconfigured", error=_words(error))
    if isinstance(error, OSError):  # refused, no route, no such host, timeout
        return Outcome("deferred", error=_words(error))
    return Outcome("misconfigured", error=_words(error))


# ── providers' APIs ──────────────────────────────────────────────────────────

_REFUSALS: Final = (
    AnymailRecipientsRefused,
    AnymailInvalidAddress,
    AnymailSerializationError,
    BadHeaderError,
)
_TRY_LATER: Final = {408, 425, 429}
# A gateway says these when it lost the server behind it, which may have done its work.
_LOST: Final = {502, 504}
# The provider found fault with what the request says: a mail, or what all mails have in common.
_ABOUT_CONTENT: Final = {400, 413, 422}
# Amazon's errors carry no HTTP status; these are their codes for "not now".
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
# botocore is loaded only where Amazon is used, so its errors go by their names.
_AMAZON_UNSENT: Final = {"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"}
_AMAZON_UNKNOWN: Final = {"ReadTimeoutError", "ConnectionClosedError", "HTTPClientError"}


def of_error(error: Exception) -> Outcome:
    """The outcome of an error that a Django mail backend raised while sending one message."""
    if isinstance(error, _REFUSALS):
        return Outcome("refused", error=_words(error))
    if isinstance(error, AnymailUnsupportedFeature):
        return Outcome("misconfigured", error=_words(error), disputed=True)
    if isinstance(error, AnymailConfigurationError | ImproperlyConfigured):
        return Outcome("misconfigured", error=_words(error))
    if isinstance(error, AnymailAPIError):
        return _of_api_error(error)
    return Outcome("unknown", error=_words(error))


def of_building(error: Exception) -> Outcome:
    """The outcome of an error before anything was sent, so the mail has surely not left."""
    outcome = of_error(error)
    return Outcome("deferred", error=outcome.error) if outcome.state == "unknown" else outcome


def _of_api_error(error: AnymailAPIError) -> Outcome:
    if error.status_code is not None:
        headers = getattr(error.response, "headers", {})
        return of_status(error.status_code, _words(error), headers, datetime.now(UTC))
    if isinstance(error, requests.RequestException):
        return of_network(error)
    return Outcome(_of_amazon_error(error), error=_words(error))


def of_status(status: int, words: str, headers: Mapping[str, str], now: datetime) -> Outcome:
    """The outcome of a provider's HTTP answer that is no usable yes. `words` goes into `error`."""
    if status < 300 or status in _LOST:
        return Outcome("unknown", error=words)  # a yes in words that could not be read, or no word
    if status >= 500 or status in _TRY_LATER:
        return Outcome("deferred", error=words, retry_after=asked_to_wait(headers, now))
    return Outcome("misconfigured", error=words, disputed=status in _ABOUT_CONTENT)


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds until the moment a Retry-After names, as a number or as a date; 0 when it is none."""
    said = headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
        return max((moment - now).total_seconds(), 0.0)
    except (ValueError, TypeError):  # nothing, no date, or a date without a zone
        return 0.0


def of_network(error: requests.RequestException) -> Outcome:
    """The outcome of a request that got no answer."""
    return Outcome(_of_network_error(error), error=_words(error))


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
    # The same code also says that the *sender* is not verified, which is ours to put right.
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


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
