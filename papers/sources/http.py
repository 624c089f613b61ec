"""The one HTTP client for sources of papers: httpx2 on a guarded network, stamina for retries.

A request ends with a response, or with a SourceError that gives the reason in one line. A
failure that may pass (a refused connection, a 429, a 500, a page instead of JSON) is tried
again after a pause that grows, or that the service sets. A response is limited in time and
size, a redirect leads to the same host or to a host that the source names, and no content of
a response can lead into our own network.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Final

import stamina
from django.core.cache import cache
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from papers.sources import SourceError
from papers.sources.exchange import Call, Clock, Exchange, Limits, Service
from papers.sources.response import Response, is_json, place_of
from papers.sources.retry_after import quota_wait, retry_after

_PASSING: Final = frozenset({408, 425, 429})  # and every 5xx
_FIRST_PAUSE: Final = 1.5  # seconds; each next one is twice as long, plus up to one second
_LONGEST_GROWN_PAUSE: Final = 8.0
_VALIDATORS_LAST: Final = 30 * 86_400
_log = logging.getLogger(__name__)

__all__ = ["Clock", "Http", "Limits", "Response", "Service", "is_json"]

Check = Callable[[Response], object]


class Http(AbstractContextManager["Http"]):
    """The client for one service during one run of a source. For one thread at a time.

    Raises:
        SourceError: the address of the service is malformed.
    """

    def __init__(
        self, service: Service, limits: Limits | None = None, clock: Clock | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock or Clock()
        self._exchange = Exchange(service, self._limits, self._clock)
        self._ends_at = self._clock.monotonic() + self._limits.run
        self._free_at = self._clock.monotonic()  # the earliest start of the next request

    def __exit__(self, *error: object) -> None:
        self._exchange.close()

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
        url = self._exchange.url(path, params)
        if if_changed and (tag := cache.get(_validator_key(str(url)))):
            call = Call("GET", url, {"if-none-match": str(tag)})
            return self._ask(call, frozenset({*expect, 304}), check)
        return self._ask(Call("GET", url), frozenset(expect), check)

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
        call = Call("POST", self._exchange.url(path, params), payload=payload)
        return self._ask(call, frozenset(expect), check)

    def remember(self, response: Response) -> None:
        """Keep the validator of `response` for `if_changed`. Call it when the content is stored:
        earlier, a crash between the two would lose the content for good."""
        if tag := response.headers.get("etag"):
            cache.set(_validator_key(response.asked), tag, _VALIDATORS_LAST)

    def _ask(self, call: Call, expect: frozenset[int], check: Check | None) -> Response:
        for attempt in stamina.retry_context(
            on=self._pause_after,
            attempts=self._limits.attempts,
            timeout=None,
            wait_initial=_FIRST_PAUSE,
            wait_max=_LONGEST_GROWN_PAUSE,
            wait_jitter=1.0,
        ):
            with attempt:
                self._wait_until_free(str(call.url))
                return self._attempt(call, expect, check)
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    def _attempt(self, call: Call, expect: frozenset[int], check: Check | None) -> Response:
        response = self._exchange.send(call, self._ends_at)
        wait = quota_wait(response.headers, self._clock.now()) or 0.0
        self._free_at = max(self._free_at, self._clock.monotonic() + wait)
        if response.status in expect:
            return response
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        if check:
            check(response)
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
        reason = self._exchange.clean(reason)
        return SourceError(reason, permanent=not is_passing, retry_after=wait)

    # ── pauses ───────────────────────────────────────────────────────────────

    def _pause_after(self, error: Exception) -> bool | float:
        """stamina's hook: the pause in seconds, True for a growing one, False for no retry."""
        if not isinstance(error, SourceError) or error.permanent:
            return False
        if error.retry_after is None:
            return self._time_left() > _LONGEST_GROWN_PAUSE
        wait = error.retry_after + self._clock.between(0.0, 1.0)  # no two clients in step
        return wait if self._is_worth(wait) else False

    def _wait_until_free(self, url: str) -> None:
        """Wait for the quota and for the distance between two requests."""
        if self._time_left() <= 0:
            reason = f"the run has taken its {self._limits.run:g} seconds"
            raise SourceError(f"{reason}; the rest comes with the next", permanent=False)
        if (wait := self._free_at - self._clock.monotonic()) > 0:
            if not self._is_worth(wait):
                reason = f"{place_of(url)} has no requests left for us"
                raise SourceError(reason, permanent=False, retry_after=wait)
            self._clock.sleep(wait)
        self._free_at = self._clock.monotonic() + self._limits.apart

    def _is_worth(self, wait: float) -> bool:
        return wait <= min(self._limits.pause + 1.0, self._time_left())

    def _time_left(self) -> float:
        return self._ends_at - self._clock.monotonic()


def _validator_key(url: str) -> str:
    return f"source:validator:{sha256(url.encode()).hexdigest()}"


def _log_retry(details: RetryDetails) -> None:
    _log.info("%s; next attempt in %.1f s", details.caused_by, details.wait_for)


# stamina's own line names neither the service nor the reason in a log of plain text.
set_on_retry_hooks([_log_retry])
