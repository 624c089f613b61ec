"""Limit the requests of one network: against nuisance, not against attackers. Redis counts."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Final

from django.conf import settings
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
# Redis is near, or it is down; a request must not wait longer to find out which.
_TIMEOUT: Final = 0.5  # seconds


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

    None when Redis does not answer: then no request is limited.
    """
    item = parse(rate)
    key = (item, purpose, network_of(ip))
    try:
        is_kept = limiter().hit(*key)
        resets_at, remaining = limiter().get_window_stats(*key)
    except RedisError as error:
        log.warning("%s is not limited by network: %s", purpose, type(error).__name__)
        return None
    return Quota(
        is_kept=is_kept,
        limit=item.amount,
        remaining=remaining if is_kept else 0,
        wait=max(1, math.ceil(resets_at - time.time())),
        window=item.get_expiry(),
    )


def network_of(ip: str) -> str:
    """The network that one household or office shares: an IPv4 address, or an IPv6 /64."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"  # a request over a unix socket has no address
    return ip if address.version == 4 else str(ip_network((address, 64), strict=False))


def is_rate(text: str) -> bool:
    """Whether `hit` can parse a rate such as "500/5 minutes"."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


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
