"""Let each burst go only as fast as the pace allows, counted in Redis over all workers.

Who may not go yet is put off for as long as it takes, and nobody waits behind them: a slow
domain holds up its own mail only. A domain that asks to be left alone ("try later", 421) is
left alone, twice as long each time, until it takes mail again. Redis counts, the ledger
decides: without Redis mail goes at full speed, for late mail is worse than fast mail.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar

import redis
from django.conf import settings
from redis.exceptions import RedisError

from mail.outcome import Outcome
from newsletter.delivery.rates import SendRates, seconds_to_midnight

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

SHORT: Final = 2.0  # seconds for which waiting is simpler than putting off
_LONGEST_WAIT: Final = 10.0  # seconds for which a burst waits for its turn
_STALE: Final = 1.0  # seconds for which a domain's rest is taken as known
_FIRST_REST: Final = 60
_LONGEST_REST: Final = 3600
_TELLING: Final = 3  # deferred mails of one burst before it is the domain, not the mailbox

# A token bucket that holds one second's worth. Redis's own clock, so that workers on several
# machines agree. Answers how many of ARGV[2] may go, and the milliseconds until the next.
_TAKE: Final = """
local rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local size = math.max(rate, 1)
local grown = (now - (tonumber(bucket[2]) or now)) * rate
local tokens = math.min(size, (tonumber(bucket[1]) or size) + grown)
local taken = math.min(wanted, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - taken), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(size / rate * 1000) + 1000)
return {taken, math.ceil((1 - (tokens - taken)) / rate * 1000)}
"""

# Twice the rest of the last time, while the domain keeps saying no within twice that time.
_REST: Final = """
local rest = math.min((tonumber(redis.call('GET', KEYS[2])) or ARGV[1] / 2) * 2, tonumber(ARGV[2]))
redis.call('SET', KEYS[1], '1', 'EX', rest)
redis.call('SET', KEYS[2], rest, 'EX', rest * 2)
return rest
"""


@dataclass(frozen=True, slots=True)
class Admission:
    """Which mails may go now, by number, and for how many seconds the others wait, and why."""

    go: Sequence[int]
    wait: Mapping[int, tuple[float, str]] = field(default_factory=dict)


class Throttle:
    """The pace of one sending process, shared with all others through Redis."""

    def __init__(self, pace: SendRates, sleep: Callable[[float], None] = time.sleep) -> None:
        self._pace = pace
        self._sleep = sleep
        self._rests: dict[str, tuple[float, float]] = {}  # domain → its rest, when it was asked for

    @property
    def may_wait(self) -> bool:
        """Whether `admit` may sleep for longer than a moment."""
        return bool(self._pace.overall)

    def burst_size(self, usual: int) -> int:
        """As many mails as the overall rate lets go in ten seconds, `usual` at most.

        A burst that waited for longer than its lease would be claimed by others over and over.
        """
        rate = self._pace.overall
        return max(min(usual, int(rate * _LONGEST_WAIT)), 1) if rate else usual

    def admit(self, addresses: Mapping[int, str], now: datetime) -> Admission:
        """Sort a burst, {number: address}, into those who go and those who wait."""
        return _without_redis_all_go(addresses, lambda: self._admit(addresses, now))

    def note(self, settled: Sequence[tuple[str, Outcome]]) -> None:
        """Learn from what became of mails to these addresses which domains to leave alone."""
        if all(outcome.state == "accepted" for _, outcome in settled):  # nearly always
            return
        deferred: Counter[str] = Counter()
        taken: set[str] = set()
        for address, outcome in settled:
            if outcome.state == "deferred":
                deferred[domain_of(address)] += 1
            elif outcome.state == "accepted":
                taken.add(domain_of(address))
        for domain, count in deferred.items():
            if count >= _TELLING and domain not in taken:
                _safely(lambda domain=domain: _back_off(domain))  # type: ignore[misc]
                self._rests.pop(domain, None)

    def _admit(self, addresses: Mapping[int, str], now: datetime) -> Admission:
        by_domain: dict[str, list[int]] = defaultdict(list)
        for number, address in addresses.items():
            by_domain[domain_of(address)].append(number)
        wait: dict[int, tuple[float, str]] = {}
        rests = self._rests_of(by_domain)
        for domain, numbers in by_domain.items():
            if rests[domain] > 0:
                why = f"{domain} asked to be left alone"
                wait |= dict.fromkeys(numbers, (rests[domain], why))
            elif rate := self._pace.of_domain(domain):
                wait |= self._over(f"domain:{domain}", rate, numbers, f"the pace for {domain}")
        wait |= self._over_the_day([n for n in addresses if n not in wait], now)
        go = [number for number in addresses if number not in wait]
        self._slow_down(len(go))
        return Admission(go, wait)

    def _rests_of(self, domains: Collection[str]) -> dict[str, float]:
        """For how many seconds each domain is to be left alone, as it was within a second."""
        now = time.monotonic()
        unknown = [d for d in domains if d not in self._rests or self._rests[d][1] < now - _STALE]
        if unknown:
            self._rests |= {domain: (rest, now) for domain, rest in _rests(unknown).items()}
        return {domain: self._rests[domain][0] for domain in domains}

    def _over(
        self, key: str, rate: float, numbers: Sequence[int], why: str
    ) -> dict[int, tuple[float, str]]:
        """Those beyond the rate, each with the time until its turn."""
        taken, wait = _take(key, rate, len(numbers))
        return {number: (wait + place / rate, why) for place, number in enumerate(numbers[taken:])}

    def _over_the_day(self, numbers: Sequence[int], now: datetime) -> dict[int, tuple[float, str]]:
        ramp = self._pace.warm_up
        allowed = ramp.allowance(now.date()) if ramp else None
        if allowed is None:
            return {}
        key = _key(f"sent:{now:%Y-%m-%d}")
        pipe = _redis().pipeline()
        sent, _ = pipe.incrby(key, len(numbers)).expire(key, 172_800).execute()
        over = min(max(int(sent) - allowed, 0), len(numbers))
        if over:
            _redis().decrby(key, over)
        why = f"warm-up: {allowed} mails today"
        return dict.fromkeys(numbers[len(numbers) - over :], (seconds_to_midnight(now), why))

    def _slow_down(self, count: int) -> None:
        """Wait until the overall rate has room for all of them."""
        while self._pace.overall and count > 0:
            taken, wait = _take("overall", self._pace.overall, count)
            count -= taken
            if count:
                self._sleep(min(wait, SHORT))


def domain_of(address: str) -> str:
    """The domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def _take(name: str, rate: float, wanted: int) -> tuple[int, float]:
    """Take up to `wanted` tokens: how many were there, and the seconds until the next."""
    taken, milliseconds = _redis().eval(_TAKE, 1, _key(name), rate, wanted)
    return int(taken), int(milliseconds) / 1000


def _rests(domains: Sequence[str]) -> dict[str, float]:
    """For how many seconds each domain is to be left alone; 0 or less: it is not."""
    pipe = _redis().pipeline(transaction=False)
    for domain in domains:
        pipe.ttl(_key(f"rest:{domain}"))
    return dict(zip(domains, pipe.execute(), strict=True))


def _back_off(domain: str) -> None:
    rest = _redis().eval(
        _REST, 2, _key(f"rest:{domain}"), _key(f"rests:{domain}"), _FIRST_REST, _LONGEST_REST
    )
    log.warning("%s wants less mail: left alone for %s s", domain, rest)


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}pace:{name}"


@cache
def _redis() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def _without_redis_all_go(
    addresses: Mapping[int, str], admit: Callable[[], Admission]
) -> Admission:
    admission = _safely(admit)
    return admission if admission is not None else Admission(list(addresses))


def _safely(work: Callable[[], Answer]) -> Answer | None:
    try:
        return work()
    except RedisError as error:
        log.warning("mail is not paced: %s", type(error).__name__)
        return None
