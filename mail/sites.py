"""Which site receives the mail of a domain: its mail exchanger (MX), asked for in the background.

A mailbox provider sees one sender, however many domains it receives for: its limits hold for all
of them together. `site_of` only looks into memory, so no burst ever waits for the DNS. A domain
that is not known yet counts by itself, and one thread asks for its MX: in Redis first, where all
processes store what they found for a day, then in the DNS.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from queue import Full, Queue
from time import monotonic
from typing import Any, Final

import dns.exception
import dns.resolver
import redis
from django.conf import settings
from redis.exceptions import RedisError

from mail.ehlo import is_accepted, is_local

log = logging.getLogger(__name__)

_PATIENCE: Final = 3.0  # seconds for the answer to one question
_KEPT: Final = 86_400  # seconds for which an answer is kept
_KEPT_WITHOUT_ANSWER: Final = 600
_MOST_WAITING: Final = 10_000  # questions; more are asked when the domain comes again
_MOST_KNOWN: Final = 100_000
# Where registrations are made one level further down: example.co.uk, example.com.br.
_SECOND_LEVELS: Final = re.compile(
    "ac|co|com|edu|gob|gov|gouv|govt|id|ltd|me|mil|ne|net|nhs|nom|or|org|plc|sch|school"
)


class Sites:
    """The site of each domain, as far as it is known in this process."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        """`resolver`: whom to ask; the system's by default."""
        self._resolver = resolver
        self._known: dict[str, tuple[str, float]] = {}  # with the moment until which it is kept
        self._waiting: Queue[str] = Queue(_MOST_WAITING)
        self._asked: set[str] = set()
        self._thread: threading.Thread | None = None

    def site_of(self, domains: Iterable[str]) -> Mapping[str, str]:
        """The site of each domain; the domain itself where none is known."""
        now, found = monotonic(), {}
        for domain in domains:
            site, until = self._known.get(domain, (domain, 0.0))
            found[domain] = site
            if until < now and settings.PACE_BY_SITE:
                self._ask(domain)
        return found

    def wait(self) -> None:
        """Wait until each question is answered, for tests."""
        self._waiting.join()

    def _ask(self, domain: str) -> None:
        if domain in self._asked:
            return
        if domain.startswith("[") or not is_accepted(domain) or is_local(domain):
            # No such domain is in the public DNS.
            self._keep(domain, domain, _KEPT)
            return
        try:
            self._waiting.put_nowait(domain)
        except Full:
            return
        self._asked.add(domain)
        if self._thread is None or not self._thread.is_alive():  # it does not survive a fork
            self._thread = threading.Thread(target=self._answer_all, name="mx", daemon=True)
            self._thread.start()

    def _answer_all(self) -> None:
        while True:
            domain = self._waiting.get()
            try:
                self._answer(domain)
            except Exception:  # an error of ours must not end the thread
                log.exception("the site of a domain was not found")
                self._keep(domain, domain, _KEPT_WITHOUT_ANSWER)
            finally:
                self._asked.discard(domain)
                self._waiting.task_done()

    def _answer(self, domain: str) -> None:
        stored = _stored(domain)
        if stored:
            self._keep(domain, stored, _KEPT_WITHOUT_ANSWER)
            return
        site, seconds = self._look_up(domain)
        self._keep(domain, site, seconds)
        _store(domain, site, seconds)

    def _look_up(self, domain: str) -> tuple[str, int]:
        """The site by the DNS, and for how many seconds to keep it."""
        try:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            answer = self._resolver.resolve(domain, "MX", lifetime=_PATIENCE, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return domain, _KEPT
        except (dns.exception.DNSException, OSError, ValueError):
            return domain, _KEPT_WITHOUT_ANSWER
        hosts = [(one.preference, str(one.exchange)) for one in answer]
        return site_of_hosts(domain, hosts), _KEPT

    def _keep(self, domain: str, site: str, seconds: float) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[domain] = site, monotonic() + seconds


def site_of_hosts(domain: str, hosts: Iterable[tuple[int, str]]) -> str:
    """The registered domain of the preferred mail exchanger; the domain itself without one. Pure.

    A null MX (RFC 7505) and names that are none count as no exchanger.
    """
    for _, host in sorted(hosts):
        name = host.rstrip(".").lower()
        if is_accepted(name) and not name.startswith("["):
            return registered_domain(name)
    return domain


def registered_domain(host: str) -> str:
    """The part of a host's name that somebody registered, as well as its labels show it.

    An error merges or divides sites, which are then paced too slowly or too fast, and no more.
    """
    labels = host.split(".")
    is_deeper = len(labels) > 2 and len(labels[-1]) == 2 and _SECOND_LEVELS.fullmatch(labels[-2])
    return ".".join(labels[-3:] if is_deeper else labels[-2:])


@cache
def process_sites() -> Sites:
    """The sites that this process knows."""
    return Sites()


def _stored(domain: str) -> str | None:
    try:
        found = _redis().get(_key(domain))
    except RedisError:
        return None
    return str(found) if found else None


def _store(domain: str, site: str, seconds: int) -> None:
    try:
        _redis().set(_key(domain), site, ex=seconds)
    except RedisError as error:
        log.warning("the site of a domain is not shared: %s", type(error).__name__)


def _key(domain: str) -> str:
    return f"{settings.REDIS_PREFIX}mx:{domain}"


@cache
def _redis() -> Any:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1, decode_responses=True
    )
