"""How often one network may ask for something: a nuisance limit, not a lock. Redis counts."""

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
# Redis is near, or it is down. A request must not wait to learn which.
_PATIENCE: Final = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Quota:
    """What a network may still ask: `remaining` of `limit` in a window of `window` seconds.

    `is_kept` is False when this very request was one too many. `wait` is in whole seconds, at
    least one: until then the window has moved on.
    """

    is_kept: bool
    limit: int
    remaining: int
    wait: int
    window: int


def spend(purpose: str, rate: str, ip: str) -> Quota | None:
    """Count one request from `ip` for `purpose` ("sign-up"), of which `rate` ("30/hour") may be.

    None when Redis does not answer: then everybody may.
    """
    item = parse(rate)
    asked = (item, purpose, household(ip))
    try:
        is_kept = limiter().hit(*asked)
        resets_at, remaining = limiter().get_window_stats(*asked)
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


def household(ip: str) -> str:
    """What one household or office shares: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"  # a server on a unix socket sees no address
    return ip if address.version == 4 else str(ip_network((address, 64), strict=False))


@cache
def limiter() -> SlidingWindowCounterRateLimiter:
    """One for the process: it holds the connections to Redis."""
    storage = storage_from_string(
        settings.RATE_LIMIT_STORAGE,
        key_prefix=f"{settings.REDIS_PREFIX}limit",
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
    )
    return SlidingWindowCounterRateLimiter(storage)
