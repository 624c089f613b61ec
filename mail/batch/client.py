"""Bursts of distinct messages, each burst one request, over an API that takes batches.

django-anymail builds each message's payload and has the keys and addresses of the provider; it
only has no way to put several messages into one request. That is done here, and the provider's
response is split again: one outcome for each message.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ClassVar, Final, Self
from urllib.parse import urljoin

import requests
from anymail.backends.base_requests import AnymailRequestsBackend, RequestsPayload
from django.core.mail import get_connection

from mail import outcome as outcomes
from mail.backend import MAX_IDLE
from mail.batch.split import BatchItem, chunks, halves, request_key
from mail.journal import NO_JOURNAL, Journal
from mail.message import Message, django_message
from mail.outcome import Outcome
from mail.run import resolve_disputed

# Before a request is repeated under its key, in seconds.
PAUSES: Final = (1.0, 3.0)
# For a Retry-After up to this many seconds the process sleeps and repeats the request.
SHORT_WAIT: Final = 2.0
_UNAVAILABLE: Final = {429, 503}


@dataclass(frozen=True, slots=True)
class Request:
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchReply:
    """A provider's reply to a request: an outcome for each message, or one for all of them."""

    each: Sequence[Outcome] = ()
    whole: Outcome | None = None
    status: int = 0  # 0: there was no reply

    @property
    def is_in_doubt(self) -> bool:
        return self.whole is not None and self.whole.state == "unknown"

    @property
    def is_about_content(self) -> bool:
        """Perhaps one message is invalid; of several the reply does not say which."""
        return self.whole is not None and (self.whole.disputed or self.whole.state == "refused")

    @property
    def holds_for_others(self) -> bool:
        """The next request would fail in the same way: no connection, a limit, or a wrong key."""
        if self.whole is None or self.whole.disputed:
            return False
        if self.whole.state == "deferred":
            return self.status in _UNAVAILABLE or not self.status
        return self.whole.state == "misconfigured"


class BatchApi(ABC):
    """How one provider takes a batch and replies to it. Pure: it neither sends nor remembers."""

    path: ClassVar[str]
    max_messages: ClassVar[int]
    max_bytes: ClassVar[int]
    # A request that is repeated under its key is carried out once.
    is_keyed: ClassVar[bool] = False

    def item(self, payload: RequestsPayload) -> bytes:
        """The JSON of one message within the batch."""
        return bytes(payload.serialize_json(payload.data).encode())

    @abstractmethod
    def request(self, items: Sequence[BatchItem], key: str) -> Request:
        """The batch, of items that are JSON already."""

    @abstractmethod
    def read(self, reply: Any, count: int) -> list[Outcome]:
        """The outcomes in a 2xx reply (its JSON), in the order of the batch.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it has no outcome for each message.
        """

    @abstractmethod
    def refusal(self, reply: Mapping[str, Any], by_status: Outcome) -> Outcome:
        """The outcome of all messages of a batch that was rejected.

        Args:
            reply: its JSON object; empty when it is none.
            by_status: what the status alone means.
        """


class BurstTransport:
    """A kept HTTP connection to one provider's batch API."""

    def __init__(self, api: BatchApi, sleep: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._sleep = sleep
        self._has_accepted = False
        self._last_used = time.monotonic()

    def __enter__(self) -> Self:
        self._backend: AnymailRequestsBackend = get_connection()
        self._backend.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._backend.close()

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        """Transmit each message to its one recipient; outcomes in order, never an error."""
        built = [self._build(message) for message in burst]
        sent = self._send_all([one for one in built if isinstance(one, BatchItem)], journal)
        raw = [one if isinstance(one, Outcome) else sent[id(one)] for one in built]
        resolved = resolve_disputed(raw, self._has_accepted)
        self._has_accepted = any(outcome.state == "accepted" for outcome in resolved)
        return resolved

    def _build(self, message: Message) -> BatchItem | Outcome:
        try:
            payload = self._backend.build_message_payload(
                django_message(message), self._backend.send_defaults
            )
            return BatchItem(message, payload, self._api.item(payload))
        except Exception as error:  # noqa: BLE001 (an invalid message affects no other)
            return outcomes.of_building(error)

    def _send_all(self, items: Sequence[BatchItem], journal: Journal) -> dict[int, Outcome]:
        """Send in as many requests as needed; the outcomes by the `id()` of the item."""
        found: dict[int, Outcome] = {}
        waiting = list(chunks(items, self._api.max_messages, self._api.max_bytes))
        while waiting:
            chunk = waiting.pop(0)
            for item in chunk:
                journal.begin(item.message.reference)
            reply = self._exchange(chunk)
            if reply.is_about_content and len(chunk) > 1:
                waiting[:0] = halves(chunk)
                continue
            if reply.holds_for_others:
                chunk += [item for rest in waiting for item in rest]
                waiting.clear()
            each = reply.each or [reply.whole or Outcome("unknown")] * len(chunk)
            for item, outcome in zip(chunk, each, strict=True):
                found[id(item)] = outcome
                journal.finish(item.message.reference, outcome)
        return found

    def _exchange(self, chunk: Sequence[BatchItem]) -> BatchReply:
        """Send one request, and repeat it under its key where that is safe.

        Once a request is in doubt it stays so, unless a later reply has an outcome for each.
        """
        try:
            request = self._prepare(chunk)
        except Exception as error:  # noqa: BLE001 (nothing was sent: settings that do not fit)
            return BatchReply(whole=outcomes.of_building(error))
        in_doubt = None
        for pause in (*PAUSES, None):
            reply = self._post(request, len(chunk))
            in_doubt = reply if reply.is_in_doubt else in_doubt
            wait = None if pause is None else self._wait(reply, pause)
            if wait is None:
                break
            self._sleep(wait)
        return in_doubt if in_doubt and not reply.each else reply

    def _wait(self, reply: BatchReply, pause: float) -> float | None:
        """Seconds until the same request may be sent again at once; None: it may not."""
        if reply.is_in_doubt:
            return pause if self._api.is_keyed else None
        asked = reply.whole.retry_after if reply.whole else 0.0
        return asked if 0 < asked <= SHORT_WAIT else None

    def _prepare(self, chunk: Sequence[BatchItem]) -> Request:
        """The batch, with the headers of django-anymail: they contain the provider's key."""
        params = chunk[0].payload.get_request_params(self._backend.api_url)
        request = self._api.request(chunk, request_key(item.message for item in chunk))
        return Request(request.body, {**params["headers"], **request.headers})

    def _post(self, request: Request, count: int) -> BatchReply:
        self._drop_idle()
        try:
            response = self._backend.session.post(
                urljoin(self._backend.api_url, self._api.path),
                data=request.body,
                headers=request.headers,
                timeout=self._backend.timeout,
                allow_redirects=False,  # a redirected POST becomes a GET
            )
        except requests.RequestException as error:
            return BatchReply(whole=outcomes.of_network(error))
        except Exception as error:  # noqa: BLE001 (whatever it was, the request may be out)
            return BatchReply(whole=outcomes.of_error(error))
        finally:
            self._last_used = time.monotonic()
        return self._parse(response, count)

    def _drop_idle(self) -> None:
        if time.monotonic() - self._last_used > MAX_IDLE:
            self._backend.session.close()  # its connections; the session opens new ones

    def _parse(self, response: requests.Response, count: int) -> BatchReply:
        status, reply = response.status_code, _json(response)
        error = f"HTTP {status}: {' '.join(response.text.split())}"[:500]
        if 200 <= status < 300:
            try:
                return BatchReply(self._api.read(reply, count), status=status)
            except (LookupError, TypeError, ValueError, AttributeError):
                pass  # accepted, perhaps, but not in a form that can be read
        outcome = outcomes.of_status(status, error, response.headers)
        if outcome.state != "unknown":
            outcome = self._api.refusal(reply if isinstance(reply, dict) else {}, outcome)
        return BatchReply(whole=outcome, status=status)


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
