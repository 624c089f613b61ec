"""How often one network may sign addresses up: a nuisance limit, not a lock."""

from __future__ import annotations

import logging
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Final

from django.conf import settings
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
# Redis is near, or it is down. A form must not wait to learn which.
_PATIENCE: Final = 0.5  # seconds


def allows(ip: str) -> bool:
    """Count one sign-up from `ip`; False when there were too many (SIGN_UP_RATE).

    Without Redis everybody may: the limit per address, which the database keeps, still holds.
    """
    try:
        return bool(_limiter().hit(parse(settings.SIGN_UP_RATE), "sign-up", household(ip)))
    except RedisError as error:
        log.warning("sign-ups are not limited by network: %s", type(error).__name__)
        return True


def household(ip: str) -> str:
    """What one household or office shares: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"  # a server on a unix socket sees no address
    return ip if address.version == 4 else str(ip_network((address, 64), strict=False))


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    storage = storage_from_string(
        settings.RATE_LIMIT_STORAGE,
        key_prefix=f"{settings.REDIS_PREFIX}limit",
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
    )
    return SlidingWindowCounterRateLimiter(storage)
