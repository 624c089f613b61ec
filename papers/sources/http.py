"""The one HTTP client for sources of papers: httpx2 on a guarded network, stamina for retries.

A request ends with a response, or with a SourceError that gives the reason in one line. A
failure that may pass (a refused connection, a 429, a 500, a page instead of JSON) is tried
again after a pause that grows, or that the service sets. A response is limited in time and
size, a redirect leads to the same host or to a host that the source names, and no content of
a response can lead into our own network.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import httpx2
import stamina
from django.conf import settings
from django.core.cache import cache
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from papers.sources import SourceError
from papers.sources.network import GuardedNetwork, Refused, guarded_client, may_redirect
from papers.sources.response import Response, is_json, place_of, read_body
from papers.sources.retry_after import quota_wait, retry_after

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 3
_PASSING: Final = frozenset({408, 425, 429})  # and every 5xx
_FIRST_PAUSE: Final = 1.5  # seconds; each next one is twice as long, plus up to one second
_LONGEST_GROWN_PAUSE: Final = 8.0
_VALIDATORS_LAST: Final = 30 * 86_400
_log = logging.getLogger(__name__)

__all__ = ["Clock", "Http", "Limits", "Response", "is_json", "user_agent"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may cost, in seconds, attempts and bytes."""

    connect: float = 10.0
    silence: float = 20.0  # between two pieces of a response
    answer: float = 60.0  # from the request to the last byte of the response, in one attempt
    attempts: int = 4
    pause: float = 60.0  # if a service sets a longer pause, the run ends instead
    apart: float = 0.0  # from the start of one request to the start of the next
    run: float = float("inf")  # all requests of one `Http`, pauses included
    size: int = 20 * 2**20  # of a body, unpacked


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, so that tests need neither. The pauses of stamina are not in it."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    between: Callable[[float, float], float] = random.uniform


Check = Callable[[Response], object]


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: httpx2.URL
    expect: frozenset[int]
    check: Check | None
    headers: Mapping[str, str]
    payload: object = None  # sent as JSON


class Http(AbstractContextManager["Http"]):
    """The client for one service during one run of a source. For one thread at a time.

    `base_url` is a setting and trusted; redirects may also lead to `other_hosts`. `headers`
    are sent to the service's own host only, and no reason contains a value of `secrets`. Each
    single request, repeated and redirected ones too, is made within `around()`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
        other_hosts: Iterable[str] = (),
        limits: Limits | None = None,
        clock: Clock | None = None,
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._base = httpx2.URL(base_url.rstrip("/"))
        self._headers = dict(headers or {})
        self._secrets = [secret for secret in secrets if secret]
        self._other_hosts = frozenset(other_hosts)
        self._limits = limits or Limits()
        self._clock = clock or Clock()
        self._around = around
        trusted = frozenset({self._base.raw_host.decode("ascii")})
        self._network = GuardedNetwork(trusted, self._clock.monotonic)
        timeout = httpx2.Timeout(self._limits.silence, connect=self._limits.connect)
        self._client = guarded_client(self._network, timeout)
        self._ends_at = self._clock.monotonic() + self._limits.run
        self._free_at = self._clock.monotonic()  # the earliest start of the next request

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        expect: Iterable[int] = (),
        check: Check | None = None,
        if_changed: bool = False,
    ) -> Response:
        """The response of `path` with a status of 2xx, or one in `expect`.

        `check` reads a 2xx response and raises SourceError: a passing one is tried again.
        With `if_changed` the response may be an empty 304: what `remember` kept still holds.

        Raises:
            SourceError: no such response came within the limits; says whether it may later.
        """
        url = self._url(path, params)
        tag = str(cache.get(_validator_key(str(url))) or "") if if_changed else ""
        expected = frozenset({*expect, 304} if tag else expect)
        return self._ask(_Call("GET", url, expected, check, {"if-none-match": tag} if tag else {}))

    def post(
        self,
        path: str,
        payload: object,
        params: Mapping[str, str | int] | None = None,
        *,
        expect: Iterable[int] = (),
        check: Check | None = None,
    ) -> Response:
        """The same for a question in JSON. It must be safe to send it twice."""
        return self._ask(
            _Call("POST", self._url(path, params), frozenset(expect), check, {}, payload)
        )

    def remember(self, response: Response) -> None:
        """Keep the validator of `response` for `if_changed`. Call it when the content is stored:
        earlier, a crash between the two would lose the content for good."""
        if tag := response.headers.get("etag"):
            cache.set(_validator_key(response.asked), tag, _VALIDATORS_LAST)

    # ── attempts ─────────────────────────────────────────────────────────────

    def _ask(self, call: _Call) -> Response:
        for attempt in stamina.retry_context(
            on=self._pause_after,
            attempts=self._limits.attempts,
            timeout=None,
            wait_initial=_FIRST_PAUSE,
            wait_max=_LONGEST_GROWN_PAUSE,
            wait_jitter=1.0,
        ):
            with attempt:
                self._wait_until_free(call.url)
                return self._attempt(call)
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    def _pause_after(self, error: Exception) -> bool | float:
        """stamina's hook: the pause in seconds, True for a growing one, False for no retry."""
        if not isinstance(error, SourceError) or error.permanent:
            return False
        if error.retry_after is None:
            return self._time_left() > _LONGEST_GROWN_PAUSE
        wait = error.retry_after + self._clock.between(0.0, 1.0)  # no two clients in step
        return wait if self._is_worth(wait) else False

    def _is_worth(self, wait: float) -> bool:
        return wait <= min(self._limits.pause + 1.0, self._time_left())

    def _time_left(self) -> float:
        return self._ends_at - self._clock.monotonic()

    def _wait_until_free(self, url: httpx2.URL) -> None:
        """Wait for the quota and for the distance between two requests."""
        if self._time_left() <= 0:
            reason = f"the run has taken its {self._limits.run:g} seconds"
            raise SourceError(f"{reason}; the rest comes with the next", permanent=False)
        if (wait := self._free_at - self._clock.monotonic()) > 0:
            if not self._is_worth(wait):
                reason = f"{place_of(str(url))} has no requests left for us"
                raise SourceError(reason, permanent=False, retry_after=wait)
            self._clock.sleep(wait)
        self._free_at = self._clock.monotonic() + self._limits.apart

    def _attempt(self, call: _Call) -> Response:
        response = self._follow(call)
        wait = quota_wait(response.headers, self._clock.now()) or 0.0
        self._free_at = max(self._free_at, self._clock.monotonic() + wait)
        if response.status in call.expect:
            return response
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        if call.check:
            call.check(response)
        return response

    def _refusal(self, response: Response) -> SourceError:
        """The error of a status. GitHub answers 403 where others answer 429."""
        wait, message = retry_after(response.headers, self._clock.now()), response.message
        is_limit = response.status == 429 or (
            response.status == 403 and (wait is not None or "rate limit" in message.lower())
        )
        is_passing = is_limit or response.status in _PASSING or response.status >= 500
        limit = ", too many requests" if is_limit else ""
        reason = f"{response.place} answered {response.status}{limit}"
        reason += f": {message}" if message else ""
        return SourceError(self._clean(reason), permanent=not is_passing, retry_after=wait)

    # ── one attempt ──────────────────────────────────────────────────────────

    def _follow(self, call: _Call) -> Response:
        url, left = call.url, self._limits.answer
        for _ in range(_MOST_REDIRECTS + 1):
            with self._around():  # a wait for it does not count as the service's time
                began = self._clock.monotonic()
                self._network.deadline = min(began + left, self._ends_at)
                response = self._send(call, url)
            left -= self._clock.monotonic() - began
            if response.status not in _REDIRECTS:
                return response
            url = self._redirect(call.method, url, response.headers.get("location", ""))
        raise SourceError(f"{place_of(str(call.url))} redirects without end")

    def _redirect(self, method: str, url: httpx2.URL, location: str) -> httpx2.URL:
        """The target of a redirect.

        Raises:
            SourceError: it is not allowed, or the request was a POST.
        """
        try:
            target = url.join(location)
        except httpx2.InvalidURL:
            target = httpx2.URL("")
        if method == "GET" and location and may_redirect(url, target, self._other_hosts):
            return target
        place = self._clean(f"{target.scheme}://{target.host}"[:100])
        raise SourceError(f"{place_of(str(url))} redirects to {place}, where we do not go")

    def _send(self, call: _Call, url: httpx2.URL) -> Response:
        try:
            request = self._client.build_request(
                call.method, url, headers=self._all_headers(url, call.headers), json=call.payload
            )
            with closing(self._client.send(request, stream=True)) as received:
                body = read_body(received, self._limits.size)
            charset = received.charset_encoding or "utf-8"
            headers = dict(received.headers)
            return Response(received.status_code, headers, body, charset, str(url), str(call.url))
        except (Refused, httpx2.TransportError, OSError) as error:
            raise self._failure(str(url), error) from error

    def _failure(self, url: str, error: Exception) -> SourceError:
        """The error of a request without a response."""
        if isinstance(error, Refused):
            return SourceError(self._clean(str(error)))
        if isinstance(error, httpx2.LocalProtocolError | httpx2.UnsupportedProtocol):
            # Its text may contain a key, in a spelling that `_clean` does not find.
            return SourceError(f"{place_of(url)} cannot be asked: look at its settings")
        if not isinstance(error, httpx2.TimeoutException):
            detail = self._clean(str(error))[:120] or type(error).__name__
            reason = f"could not be read: {detail}"
        elif self._clock.monotonic() >= self._network.deadline:
            reason = f"did not finish its answer within {self._limits.answer:g} seconds"
        else:
            reason = "did not answer in time"
        return SourceError(f"{place_of(url)} {reason}", permanent=False)

    # ── the request ──────────────────────────────────────────────────────────

    def _url(self, path: str, params: Mapping[str, str | int] | None) -> httpx2.URL:
        return httpx2.URL(f"{self._base}/{path.lstrip('/')}", params=params or None)

    def _all_headers(
        self, url: httpx2.URL, headers: Mapping[str, str]
    ) -> list[tuple[bytes, bytes]]:
        """A redirect to another host must not send our key there."""
        own = self._headers if url.netloc == self._base.netloc else {}
        both = {"user-agent": user_agent(), "accept-encoding": "gzip"} | own | dict(headers)
        return [(name.encode(), value.encode("ascii", "replace")) for name, value in both.items()]

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return " ".join(text.split())


def user_agent() -> str:
    """Our name and address: services ask for both, and slow down clients without them."""
    contact = f"; {settings.CONTACT}" if settings.CONTACT else ""
    return f"TrendingPapers (+{settings.SITE_URL}{contact})"


def _validator_key(url: str) -> str:
    return f"source:validator:{sha256(url.encode()).hexdigest()}"


def _log_retry(details: RetryDetails) -> None:
    _log.info("%s; next attempt in %.1f s", details.caused_by, details.wait_for)


# stamina's own line names neither the service nor the reason in a log of plain text.
set_on_retry_hooks([_log_retry])
