"""Limit the requests of one network, or anything else by a key: Redis counts.

The limits are against nuisance, not against attackers: without Redis nothing is limited.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import ip_network
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from web.ip_addresses import parse_ip

log = logging.getLogger(__name__)
T = TypeVar("T")
# Redis is near, or it is down; a request must not wait longer to find out which.
_TIMEOUT: Final = 0.5  # seconds
_PAUSE: Final = 2.0  # seconds without a further question after one without an answer
_HOUSEHOLD: Final = {4: 32, 6: 64}  # bits of an address
# What one organisation has, and who rents a server may have: 65,536 networks of 64 bits.
_ORGANISATION: Final = {4: 24, 6: 48}

# Each key is a queue that lets `amount` pass at once, and one more after each interval. It returns
# the seconds until the turn of this one, or -1, and then takes no turn, when that is too far away.
# Redis's own clock, so that processes on several machines agree.
_QUEUE: Final = """
local interval, amount, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local next_turn = math.max(now, tonumber(redis.call('GET', KEYS[1])) or now)
local wait = math.max(0, next_turn - now - (amount - 1) * interval)
if wait > longest then return '-1' end
local after = string.format('%.6f', next_turn + interval)
redis.call('SET', KEYS[1], after, 'PX', math.ceil((next_turn + interval - now) * 1000))
return string.format('%.6f', wait)
"""


@dataclass(frozen=True, slots=True)
class Quota:
    """What a network has left: `remaining` of `limit` requests in a window of `window` seconds.

    `is_kept` is False when this request was one too many. `wait` is in whole seconds, at least
    one: after it the window has moved on.
    """

    is_kept: bool
    limit: int
    remaining: int
    wait: int
    window: int


def hit(purpose: str, rate: str, ip: str) -> Quota | None:
    """Count one request from `ip` for `purpose` ("sign-up") against `rate` ("30/hour").

    None when nothing is limited: Redis does not answer, or the address of the client is not
    known. Without an address all people would share one limit.
    """
    network = network_of(ip)
    return hit_key(purpose, rate, network) if network else None


def hit_key(purpose: str, rate: str, name: str, *, times: int = 1) -> Quota | None:
    """Count one request under a name against `times` the rate; None when Redis does not answer."""
    item = _item(rate, times)
    key = (item, purpose, name)
    found = ask_redis(purpose, lambda: (limiter().hit(*key), limiter().get_window_stats(*key)))
    if found is None:
        return None
    is_kept, (resets_at, remaining) = found
    return Quota(
        is_kept=is_kept,
        limit=item.amount,
        remaining=remaining if is_kept else 0,
        wait=max(1, math.ceil(resets_at - time.time())),
        window=item.get_expiry(),
    )


def turn(purpose: str, rate: str, name: str, *, longest: float, times: int = 1) -> float | None:
    """The seconds that one more waits in the queue of a name, which moves at `times` the rate.

    "100/hour" lets a hundred pass at once and then one each 36 seconds. None when the wait would be
    above `longest` seconds. 0 when Redis does not answer.
    """
    item = _item(rate, times)
    interval = item.get_expiry() / item.amount
    key = f"{settings.REDIS_PREFIX}limit:queue:{purpose}:{name}"
    values = (interval, item.amount, longest)
    found = ask_redis(purpose, lambda: connection().eval(_QUEUE, 1, key, *values))
    wait = float(found or 0)
    return wait if wait >= 0 else None


def network_of(ip: str) -> str:
    """The network that one household or office shares: an IPv4 address, or an IPv6 /64.

    Nothing where the address is not known: on a unix socket, or behind a proxy that hides it.
    """
    return _network(ip, _HOUSEHOLD)


def organisation_of(ip: str) -> str:
    """The network that one organisation has: an IPv4 /24, or an IPv6 /48; nothing if not known."""
    return _network(ip, _ORGANISATION)


def _network(ip: str, bits: dict[int, int]) -> str:
    address = parse_ip(ip)
    if address is None:
        return ""
    network = ip_network((address, bits[address.version]), strict=False)
    return str(address) if network.num_addresses == 1 else str(network)


def is_rate(text: str) -> bool:
    """Whether `hit` can parse a rate such as "500/5 minutes"."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _item(rate: str, times: int) -> RateLimitItem:
    item = parse(rate)
    return type(item)(item.amount * times, item.multiples)


def ask_redis(purpose: str, ask: Callable[[], T]) -> T | None:
    """What Redis answers; None when it does not, and for two seconds after that.

    A page asks several times. With a server that hangs, each of them would wait for the timeout.
    """
    outage = _outage(limiter())
    if time.monotonic() < outage.until:
        return None
    try:
        return ask()
    except RedisError as error:
        outage.until = time.monotonic() + _PAUSE
        log.warning("%s is not limited by network or rate: %s", purpose, type(error).__name__)
        return None


@dataclass(slots=True)
class _Outage:
    until: float = 0.0  # of time.monotonic()


@lru_cache(maxsize=4)
def _outage(_of: SlidingWindowCounterRateLimiter) -> _Outage:
    """One for each connection, so that a new one begins without."""
    return _Outage()


def connection() -> Any:
    """The limiter's connection to Redis, of redis-py: with its short timeouts."""
    return cast("RedisStorage", limiter().storage).get_connection()


@cache
def limiter() -> SlidingWindowCounterRateLimiter:
    """One for each process: it holds the connections to Redis."""
    storage = storage_from_string(
        settings.RATE_LIMIT_STORAGE,
        key_prefix=f"{settings.REDIS_PREFIX}limit",
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
    )
    return SlidingWindowCounterRateLimiter(storage)
