"""Turns: one caller of a service at a time, over all processes and machines, and a rest after each.

A turn is one lock in Redis, so Redis' clock alone counts. At the end of the turn the lock is not
released but runs out after the rest. The lock of a holder that was killed runs out by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import redis
from django.conf import settings
from redis.backoff import ConstantBackoff
from redis.exceptions import LockNotOwnedError
from redis.lock import Lock
from redis.retry import Retry

from papers.sources import SourceError

_log = logging.getLogger(__name__)


@contextmanager
def turn(
    name: str, *, rest: float, longest: float, patience: float, slack: float = 5.0
) -> Iterator[None]:
    """Wait for the turn at `name`, hold it for the block, then start the rest; all in seconds.

    Args:
        rest: the least time between the end of one turn and the start of the next.
        longest: how long the block may take. After this time and `slack` a holder counts as
            dead, and the next turn may start.
        patience: how long to wait for a turn.
        slack: how long a holder may take to start.

    Raises:
        SourceError: no turn in `patience`, or it came later than `slack` (it runs out unused
            then), or Redis cannot be reached: without it no process can see the other holders.
    """
    client = _redis(settings.REDIS_URL)
    key, hold = f"{settings.REDIS_PREFIX}turn:{name}", max(longest, rest) + slack
    lock = Lock(client, key, timeout=hold, blocking_timeout=patience)
    try:
        # A process that was stopped while it took the lock could overlap with the next holder.
        is_ours = lock.acquire() and client.pttl(key) >= longest * 1000
    except redis.RedisError as error:
        reason = f"no request to {name} without Redis, which keeps all machines to its limit"
        raise SourceError(f"{reason}: {error}", permanent=False) from error
    if not is_ours:
        reason = f"others were asking {name} for all of {patience:g} s"
        raise SourceError(f"{reason}; the next run tries again", permanent=False)
    try:
        yield
    finally:
        _start_rest(lock, rest)


def _start_rest(lock: Lock, rest: float) -> None:
    try:
        lock.extend(rest, replace_ttl=True)
    except LockNotOwnedError:
        _log.warning("The lock %s expired before its request ended.", lock.name)
    except redis.RedisError:
        _log.warning("The lock %s could not be released; it expires by itself.", lock.name)


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=5,
        socket_connect_timeout=5,
        retry=Retry(ConstantBackoff(0.1), retries=2),
    )
