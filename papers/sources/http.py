"""The one place that asks outside services about papers, politely and within bounds.

A request ends: by its answer, or by a SourceError that says in one line why. What may pass
(a refused connection, a 429, a 500, a page that is not what was asked for) is tried again
after a pause that grows, or that the service asked for. An answer is bounded in time and
size; a redirect stays on its host or goes to one that the source names; and nothing that an
answer says can lead us into our own network.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore2
from django.conf import settings
from django.core.cache import cache

from papers.sources import SourceError
from papers.sources.answer import Answer, is_json, place_of, plain_headers
from papers.sources.body import read_body
from papers.sources.network import GuardedNetwork, Refused
from papers.sources.quota import wait_asked_for, wait_for_quota

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 3
_PASSING: Final = frozenset({408, 425, 429})  # and every 5xx
_VALIDATORS_LAST: Final = 30 * 86_400

__all__ = ["Answer", "Clock", "Http", "Limits", "is_json", "user_agent"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost, in seconds, attempts and bytes."""

    connect: float = 10.0
    silence: float = 20.0  # between two pieces of an answer
    answer: float = 60.0  # from asking to the last byte, in one attempt
    attempts: int = 4
    pause: float = 60.0  # no wait between two attempts is longer: then the run ends instead
    apart: float = 0.0  # from the begin of one request to the next
    run: float = float("inf")  # all requests of one `Http`, pauses included
    size: int = 20 * 2**20  # of a body, unpacked


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, so that tests need neither."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    between: Callable[[float, float], float] = random.uniform


Check = Callable[[Answer], object]


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    expect: frozenset[int]
    check: Check | None


class Http:
    """Asks one service, as long as one run of a source lasts. For one thread at a time.

    `base_url` is a setting and trusted; `other_hosts` are those to which it may redirect.
    `headers` go to the service's own host only, and the values of `secrets` into no reason.
    Each single request, repeated and redirected ones too, is made within `around()`.
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
        self._base = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._secrets = [secret for secret in secrets if secret]
        self._other_hosts = frozenset(other_hosts)
        self._limits = limits or Limits()
        self._clock = clock or Clock()
        self._around = around
        trusted = frozenset({urlsplit(self._base).hostname or ""})
        self._network = GuardedNetwork(trusted, self._clock.monotonic)
        self._pool = httpcore2.ConnectionPool(
            network_backend=self._network, max_connections=1, keepalive_expiry=30
        )
        self._timeout = {
            "connect": self._limits.connect,
            "read": self._limits.silence,
            "write": self._limits.silence,
            "pool": self._limits.connect,
        }
        self._ends_at = self._clock.monotonic() + self._limits.run
        self._free_at = self._clock.monotonic()  # when the next request may go

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        expect: Iterable[int] = (),
        check: Check | None = None,
        if_changed: bool = False,
    ) -> Answer:
        """The answer of `path` with a status of 2xx, or one in `expect`.

        `check` looks at a 2xx answer and raises SourceError: a passing one is tried again.
        With `if_changed` the answer may be an empty 304: what `remember` kept still holds.

        Raises:
            SourceError: no such answer came within the limits; says whether it may later.
        """
        url = self._url(path, params)
        tag = _recalled(url) if if_changed else ""
        headers = {"if-none-match": tag} if tag else {}
        expected = frozenset({*expect, 304} if tag else expect)
        return self._ask(_Question("GET", url, headers, None, expected, check))

    def post(
        self,
        path: str,
        payload: object,
        params: Mapping[str, str | int] | None = None,
        *,
        expect: Iterable[int] = (),
        check: Check | None = None,
    ) -> Answer:
        """The same for a question in JSON. It must be one that may be asked twice."""
        content = json.dumps(payload).encode()
        headers = {"content-type": "application/json"}
        url = self._url(path, params)
        return self._ask(_Question("POST", url, headers, content, frozenset(expect), check))

    def remember(self, answer: Answer) -> None:
        """Keep the validator of `answer` for `if_changed`. Call it when the answer is stored:
        earlier, a crash between the two would lose it for good."""
        if tag := answer.headers.get("etag"):
            cache.set(_validator_key(answer.asked), tag, _VALIDATORS_LAST)

    # ── attempts ─────────────────────────────────────────────────────────────

    def _ask(self, question: _Question) -> Answer:
        for attempt in range(1, self._limits.attempts + 1):
            self._wait_for_turn(question.url)
            try:
                return self._attempt(question)
            except SourceError as error:
                if error.permanent or attempt == self._limits.attempts:
                    raise
                self._pause(attempt, error)
        raise AssertionError("the last attempt answers or raises")  # pragma: no cover

    def _attempt(self, question: _Question) -> Answer:
        answer = self._follow(question)
        wait = wait_for_quota(answer.headers, self._clock.now())
        self._free_at = max(self._free_at, self._clock.monotonic() + (wait or 0.0))
        if answer.status in question.expect:
            return answer
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        if question.check:
            question.check(answer)
        return answer

    def _refusal(self, answer: Answer) -> SourceError:
        """The error that a status is. GitHub says 403 where others say 429."""
        wait, said = wait_asked_for(answer.headers, self._clock.now()), answer.message
        is_limit = answer.status == 429 or (
            answer.status == 403 and (wait is not None or "rate limit" in said.lower())
        )
        passing = is_limit or answer.status in _PASSING or answer.status >= 500
        reason = f"{answer.place} answered {answer.status}"
        if is_limit:
            reason += ", too many requests"
        if said:
            reason += f": {said}"
        return SourceError(self._clean(reason), permanent=not passing, retry_after=wait)

    def _pause(self, attempt: int, error: SourceError) -> None:
        """Wait before the next attempt: as asked, else longer each time; no two in step."""
        if error.retry_after is None:
            wait = self._clock.between(0.5, 1.0) * min(2.0**attempt, self._limits.pause)
        else:
            wait = error.retry_after + self._clock.between(0.0, 1.0)
        self._sleep(wait, error)

    def _wait_for_turn(self, url: str) -> None:
        now = self._clock.monotonic()
        if now >= self._ends_at:
            reason = f"the run has taken its {self._limits.run:g} seconds"
            raise SourceError(f"{reason}; the rest comes with the next", permanent=False)
        if (wait := self._free_at - now) > 0:
            reason = f"{place_of(url)} has no requests left for us"
            self._sleep(wait, SourceError(reason, permanent=False, retry_after=wait))
        self._free_at = self._clock.monotonic() + self._limits.apart

    def _sleep(self, wait: float, error: SourceError) -> None:
        """Sleep, or raise `error` when it is not worth it."""
        left = self._ends_at - self._clock.monotonic()
        if wait > min(self._limits.pause + 1.0, left):
            raise error
        self._clock.sleep(wait)

    # ── one attempt ──────────────────────────────────────────────────────────

    def _follow(self, question: _Question) -> Answer:
        url = question.url
        left = self._limits.answer
        for _ in range(_MOST_REDIRECTS + 1):
            with self._around():  # a wait for it is not the service's time
                began = self._clock.monotonic()
                self._network.deadline = min(began + left, self._ends_at)
                answer = self._once(question, url)
            left -= self._clock.monotonic() - began
            if answer.status not in _REDIRECTS:
                return answer
            url = self._redirect(question.method, url, answer.headers.get("location", ""))
        raise SourceError(f"{place_of(question.url)} redirects without end")

    def _redirect(self, method: str, url: str, location: str) -> str:
        """Where a redirect leads, if we go there.

        Raises:
            SourceError: to a host that is not the service's, away from TLS, or of a POST.
        """
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        is_same = (there.scheme, there.netloc) == (here.scheme, here.netloc)
        is_named = there.scheme == "https" and there.netloc in {*self._other_hosts, here.hostname}
        if method != "GET" or not location or not (is_same or is_named):
            place = self._clean(f"{there.scheme}://{there.hostname or ''}"[:100])
            raise SourceError(f"{place_of(url)} redirects to {place}, where we do not go")
        return target

    def _once(self, question: _Question, url: str) -> Answer:
        try:
            with self._pool.stream(
                question.method,
                url,
                headers=_encoded(self._all_headers(url, question.headers)),
                content=question.content,
                extensions={"timeout": self._timeout},
            ) as response:
                headers = plain_headers(response.headers)
                body = read_body(url, headers, response.iter_stream(), self._limits.size)
                return Answer(response.status, headers, body, url, question.url)
        except Refused as error:
            raise SourceError(self._clean(str(error))) from error
        except httpcore2.TimeoutException as error:
            raise self._too_slow(url) from error
        except (httpcore2.LocalProtocolError, httpcore2.UnsupportedProtocol) as error:
            # Its words may hold a key, in a spelling that nobody would know to hide.
            raise SourceError(f"{place_of(url)} cannot be asked: look at its settings") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            raise self._broken(url, error) from error

    def _too_slow(self, url: str) -> SourceError:
        if self._clock.monotonic() >= self._network.deadline:
            reason = f"did not finish its answer within {self._limits.answer:g} seconds"
        else:
            reason = "did not answer in time"
        return SourceError(f"{place_of(url)} {reason}", permanent=False)

    def _broken(self, url: str, error: Exception) -> SourceError:
        detail = self._clean(str(error))[:120] or type(error).__name__
        return SourceError(f"{place_of(url)} could not be read: {detail}", permanent=False)

    # ── what is asked ────────────────────────────────────────────────────────

    def _url(self, path: str, params: Mapping[str, str | int] | None) -> str:
        query = f"?{urlencode(params)}" if params else ""
        return f"{self._base}/{path.lstrip('/')}{query}"

    def _all_headers(self, url: str, headers: Mapping[str, str]) -> dict[str, str]:
        """A redirect to another host must not carry our key there."""
        is_home = urlsplit(url).netloc == urlsplit(self._base).netloc
        own = {"user-agent": user_agent(), "accept-encoding": "gzip"}
        return own | (self._headers if is_home else {}) | dict(headers)

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return " ".join(text.split())


def user_agent() -> str:
    """Who asks, and how to reach whoever runs this: services ask for it, and slow down others."""
    contact = f"; {settings.CONTACT}" if settings.CONTACT else ""
    return f"TrendingPapers (+{settings.SITE_URL}{contact})"


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("ascii", "replace")) for name, value in headers.items()]


def _recalled(url: str) -> str:
    return str(cache.get(_validator_key(url)) or "")


def _validator_key(url: str) -> str:
    return f"source:validator:{sha256(url.encode()).hexdigest()}"
