"""One exchange with a service: a request, its redirects, and the response or the reason why not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from typing import Final

import httpx2
from django.conf import settings

from papers.sources import SourceError
from papers.sources.network import GuardedNetwork, Refused, guarded_client, may_redirect
from papers.sources.response import Response, place_of, read_body

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 3


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


@dataclass(frozen=True, slots=True)
class Service:
    """The service of one source, and what is sent to it.

    `base_url` is a setting and trusted; redirects may also lead to `other_hosts`. `headers`
    are sent to the service's own host only, and no reason contains a value of `secrets`.
    Each single request, repeated and redirected ones too, is made within `around()`.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Sequence[str] = ()
    other_hosts: frozenset[str] = frozenset()
    around: Callable[[], AbstractContextManager[object]] = nullcontext


@dataclass(frozen=True, slots=True)
class Call:
    """A request: what is sent, and where."""

    method: str
    url: httpx2.URL
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: object = None  # sent as JSON


class Exchange:
    """Sends requests to one service on one guarded connection.

    Raises:
        SourceError: the address of the service is malformed.
    """

    def __init__(self, service: Service, limits: Limits, clock: Clock) -> None:
        self._service = service
        self._limits = limits
        self._clock = clock
        self._base = _url(service.base_url)
        trusted = frozenset({self._base.raw_host.decode("ascii")})
        self._network = GuardedNetwork(trusted, clock.monotonic)
        timeout = httpx2.Timeout(limits.silence, connect=limits.connect)
        self._client = guarded_client(self._network, timeout)

    def close(self) -> None:
        self._client.close()

    def url(self, path: str, params: Mapping[str, str | int] | None) -> httpx2.URL:
        """The address of `path` below the base address."""
        return httpx2.URL(f"{self._base}/{path.lstrip('/')}", params=params or None)

    def send(self, call: Call, ends_at: float) -> Response:
        """The response to a request after its redirects, by `ends_at` at the latest.

        Raises:
            SourceError: there is none, or a redirect is not allowed.
        """
        url, left = call.url, self._limits.answer
        for _ in range(_MOST_REDIRECTS + 1):
            with self._service.around():  # a wait for it does not count as the service's time
                began = self._clock.monotonic()
                self._network.deadline = min(began + left, ends_at)
                response = self._send_once(call, url)
            left -= self._clock.monotonic() - began
            if response.status not in _REDIRECTS:
                return response
            url = self._redirect(call.method, url, response.headers.get("location", ""))
        raise SourceError(f"{place_of(str(call.url))} redirects without end")

    def clean(self, text: str) -> str:
        """`text` in one line and without secrets."""
        for secret in filter(None, self._service.secrets):
            text = text.replace(secret, "…")
        return " ".join(text.split())

    def headers_for(self, call: Call, url: httpx2.URL) -> list[tuple[bytes, bytes]]:
        """The headers of a request to `url`. Another host must not get our key."""
        own = self._service.headers if url.netloc == self._base.netloc else {}
        both = {"user-agent": user_agent(), "accept-encoding": "gzip", **own, **call.headers}
        return [(name.encode(), value.encode("ascii", "replace")) for name, value in both.items()]

    def _send_once(self, call: Call, url: httpx2.URL) -> Response:
        headers = self.headers_for(call, url)
        try:
            request = self._client.build_request(
                call.method, url, headers=headers, json=call.payload
            )
            with closing(self._client.send(request, stream=True)) as received:
                body = read_body(received, self._limits.size)
        except (Refused, httpx2.TransportError, OSError) as error:
            raise self._failure(str(url), error) from error
        charset = received.charset_encoding or "utf-8"
        fields = dict(received.headers)
        return Response(received.status_code, fields, body, charset, str(url), str(call.url))

    def _redirect(self, method: str, url: httpx2.URL, location: str) -> httpx2.URL:
        """The target of a redirect.

        Raises:
            SourceError: it is not allowed, or the request was a POST.
        """
        try:
            target = url.join(location)
        except httpx2.InvalidURL:
            target = httpx2.URL("")
        if method == "GET" and location and may_redirect(url, target, self._service.other_hosts):
            return target
        place = self.clean(f"{target.scheme}://{target.host}"[:100])
        raise SourceError(f"{place_of(str(url))} redirects to {place}, where we do not go")

    def _failure(self, url: str, error: Exception) -> SourceError:
        """The error of a request without a response."""
        if isinstance(error, Refused):
            return SourceError(self.clean(str(error)))
        if isinstance(error, httpx2.LocalProtocolError | httpx2.UnsupportedProtocol):
            # Its text may contain a key, in a spelling that `clean` does not find.
            return SourceError(f"{place_of(url)} cannot be asked: look at its settings")
        if not isinstance(error, httpx2.TimeoutException):
            detail = self.clean(str(error))[:120] or type(error).__name__
            reason = f"could not be read: {detail}"
        elif self._clock.monotonic() >= self._network.deadline:
            reason = f"did not finish its answer within {self._limits.answer:g} seconds"
        else:
            reason = "did not answer in time"
        return SourceError(f"{place_of(url)} {reason}", permanent=False)


def _url(text: str) -> httpx2.URL:
    try:
        return httpx2.URL(text.rstrip("/"))
    except httpx2.InvalidURL as error:  # the address may contain a password: it is not shown
        raise SourceError("the address of the service is malformed") from error


def user_agent() -> str:
    """Our name and address: services ask for both, and slow down clients without them."""
    contact = f"; {settings.CONTACT}" if settings.CONTACT else ""
    return f"TrendingPapers (+{settings.SITE_URL}{contact})"
