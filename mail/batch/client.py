"""Bursts of distinct mails, each burst one request, over an API that takes batches.

django-anymail makes each mail's payload and knows the keys and addresses of the provider; it
only has no way to put several mails into one request. That is done here, and the provider's
answer is taken apart again: one outcome a mail.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, ClassVar, Final, Self
from urllib.parse import urljoin

import requests
from anymail.backends.base_requests import AnymailRequestsBackend, RequestsPayload
from django.core.mail import get_connection

from mail import outcome as outcomes
from mail.backend import IDLE, message_of
from mail.batch.split import Parcel, chunks, halves, request_key
from mail.disputed import settle
from mail.message import Message
from mail.outcome import Outcome

# Before a request is repeated under its key, in seconds.
PAUSES: Final = (1.0, 3.0)
# A wait that a provider asks for is sat out when it is no longer than this.
SHORT_WAIT: Final = 2.0
_NOT_NOW: Final = {429, 503}


@dataclass(frozen=True, slots=True)
class Request:
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said to a request: to each of its mails, or to all of them at once."""

    each: Sequence[Outcome] = ()
    whole: Outcome | None = None
    status: int = 0  # 0: there was no answer

    @property
    def is_in_doubt(self) -> bool:
        return self.whole is not None and self.whole.state == "unknown"

    @property
    def is_about_content(self) -> bool:
        """Somebody's mail is at fault, perhaps; of several it is not said whose."""
        return self.whole is not None and (self.whole.disputed or self.whole.state == "refused")

    @property
    def holds_for_others(self) -> bool:
        """The next request would hear the same: nobody there, too fast, or a wrong key."""
        if self.whole is None or self.whole.disputed:
            return False
        if self.whole.state == "deferred":
            return self.status in _NOT_NOW or not self.status
        return self.whole.state == "misconfigured"


class BatchApi(ABC):
    """How one provider takes a batch and answers it. Pure: it neither sends nor remembers."""

    path: ClassVar[str]
    most_mails: ClassVar[int]
    most_bytes: ClassVar[int]
    # A request that is repeated under its key is carried out once.
    is_keyed: ClassVar[bool] = False

    def item(self, payload: RequestsPayload) -> bytes:
        """The JSON of one mail within the batch."""
        return bytes(payload.serialize_json(payload.data).encode())

    @abstractmethod
    def request(self, parcels: Sequence[Parcel], key: str) -> Request:
        """The batch, of items that are JSON already."""

    @abstractmethod
    def read(self, said: Any, count: int) -> list[Outcome]:
        """The outcomes in a 2xx answer (its JSON), in the order of the batch.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it does not say so of each mail.
        """

    @abstractmethod
    def refusal(self, said: Mapping[str, Any], verdict: Outcome) -> Outcome:
        """The outcome of all mails of a batch that was turned down.

        Args:
            said: the answer's JSON object; empty when it is none.
            verdict: what the status alone means.
        """


class BurstTransport:
    """A kept HTTP connection to one provider's batch API."""

    def __init__(self, api: BatchApi, sleep: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._sleep = sleep
        self._took_mail = False
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

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        """Transmit each mail to its one reader; outcomes in the burst's order, never an error."""
        packed = [self._pack(digest) for digest in burst]
        found = self._send_all([one for one in packed if isinstance(one, Parcel)])
        said = [
            one if isinstance(one, Outcome) else found[one.digest.delivery_id] for one in packed
        ]
        settled = settle(said, self._took_mail)
        self._took_mail = any(outcome.state == "accepted" for outcome in settled)
        return settled

    def _pack(self, digest: Message) -> Parcel | Outcome:
        try:
            message, defaults = message_of(digest), self._backend.send_defaults
            payload = self._backend.build_message_payload(message, defaults)
            return Parcel(digest, payload, self._api.item(payload))
        except Exception as error:  # noqa: BLE001 (one mail that cannot be made stops no other)
            return outcomes.of_building(error)

    def _send_all(self, parcels: Sequence[Parcel]) -> dict[int, Outcome]:
        found: dict[int, Outcome] = {}
        waiting = list(chunks(parcels, self._api.most_mails, self._api.most_bytes))
        while waiting:
            chunk = waiting.pop(0)
            answer = self._exchange(chunk)
            if answer.is_about_content and len(chunk) > 1:
                waiting[:0] = halves(chunk)
                continue
            if answer.holds_for_others:
                chunk += [parcel for rest in waiting for parcel in rest]
                waiting.clear()
            said = answer.each or [answer.whole or Outcome("unknown")] * len(chunk)
            found |= {p.digest.delivery_id: o for p, o in zip(chunk, said, strict=True)}
        return found

    def _exchange(self, chunk: Sequence[Parcel]) -> Answer:
        """Send one request, again under its key where that is safe. A doubt stays a doubt."""
        try:
            request = self._prepare(chunk)
        except Exception as error:  # noqa: BLE001 (nothing was sent: settings that do not fit)
            return Answer(whole=outcomes.of_building(error))
        doubt = None
        for pause in (*PAUSES, None):
            answer = self._post(request, len(chunk))
            doubt = answer if answer.is_in_doubt else doubt
            wait = None if pause is None else self._wait(answer, pause)
            if wait is None:
                break
            self._sleep(wait)
        return doubt if doubt and not answer.each else answer

    def _wait(self, answer: Answer, pause: float) -> float | None:
        """Seconds until the same request may be sent again at once; None: it may not."""
        if answer.is_in_doubt:
            return pause if self._api.is_keyed else None
        asked = answer.whole.retry_after if answer.whole else 0.0
        return asked if 0 < asked <= SHORT_WAIT else None

    def _prepare(self, chunk: Sequence[Parcel]) -> Request:
        """The batch, with the headers that django-anymail sends along: they hold the key."""
        params = chunk[0].payload.get_request_params(self._backend.api_url)
        request = self._api.request(chunk, request_key(parcel.digest for parcel in chunk))
        return Request(request.body, {**params["headers"], **request.headers})

    def _post(self, request: Request, count: int) -> Answer:
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
            return Answer(whole=outcomes.of_network(error))
        except Exception as error:  # noqa: BLE001 (whatever it was, the request may be out)
            return Answer(whole=outcomes.of_error(error))
        finally:
            self._last_used = time.monotonic()
        return self._understand(response, count)

    def _drop_idle(self) -> None:
        if time.monotonic() - self._last_used > IDLE:
            self._backend.session.close()  # its connections; the session opens new ones

    def _understand(self, response: requests.Response, count: int) -> Answer:
        status, said = response.status_code, _json(response)
        words = f"HTTP {status}: {' '.join(response.text.split())}"[:500]
        if 200 <= status < 300:
            try:
                return Answer(self._api.read(said, count), status=status)
            except (LookupError, TypeError, ValueError, AttributeError):
                pass  # it said yes, in words that could not be read
        verdict = outcomes.of_status(status, words, response.headers, datetime.now(UTC))
        if verdict.state != "unknown":
            verdict = self._api.refusal(said if isinstance(said, dict) else {}, verdict)
        return Answer(whole=verdict, status=status)


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
