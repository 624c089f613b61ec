"""Taking turns: one caller at a time, and a rest after each, over all processes and machines.

The turn is one key in Redis, made and ended by scripts, so by Redis' clock alone. While it is
held its value is the holder's number; at the end the same key lives on, as the rest, until
the next caller may go. A holder that is killed leaves a key that expires by itself.

The numbers are fencing tokens: each is greater than all before, even if Redis was wiped in
between, so a holder that slept through its time cannot end the turn of another. The service
that is asked checks no tokens, though: so a holder that was not there in time to begin gives
its turn up.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, cast

import redis
from django.conf import settings
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from papers.sources import SourceError

_TAKE: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  return {0, math.max(redis.call('PTTL', KEYS[1]), 1)}
end
local time = redis.call('TIME')
redis.call('SET', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), 'NX')
local number = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], number, 'PX', ARGV[1])
return {number, 0}
"""
_END: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'rest', 'PX', ARGV[2])
return 1
"""
_JITTER: Final = 0.02  # seconds at most, so that those who wait do not all knock at once
_log = logging.getLogger(__name__)


@contextmanager
def turn(
    name: str, *, rest: float, longest: float, patience: float, slack: float = 5.0
) -> Iterator[int]:
    """Wait for the turn at `name`, hold it for the block, then let all rest; all in seconds.

    Args:
        rest: the least time between the end of one turn and the begin of the next.
        longest: how long the block may take; whoever holds its turn for longer, and `slack`,
            counts as dead, and the next one goes.
        patience: how long to wait for a turn.
        slack: how long a holder may take to begin.

    Yields the number of the turn, greater than all before.

    Raises:
        SourceError: no turn in `patience`, or Redis cannot be reached: without it nobody
            knows who else is at it, so nobody goes.
    """
    number = _take(name, max(longest, rest) + slack, patience, slack)
    try:
        yield number
    finally:
        _end(name, number, rest)


def _take(name: str, hold: float, patience: float, slack: float) -> int:
    give_up_at = time.monotonic() + patience
    while True:
        asked_at = time.monotonic()
        number, wait = _run(_TAKE, name, _milliseconds(hold))
        if number and time.monotonic() < asked_at + slack:
            return int(number)
        # With a number, but too late: this process slept. Its turn expires unused.
        pause = wait / 1000 + random.uniform(0, _JITTER)  # noqa: S311 (no secret)
        if asked_at + pause > give_up_at:
            raise SourceError(
                f"others were asking {name} for all of {patience:g} s; the next run tries again",
                permanent=False,
            )
        time.sleep(min(pause, 1.0))  # the rest may come sooner than a dead holder's end


def _end(name: str, number: int, rest: float) -> None:
    try:
        is_ours = _run(_END, name, number, _milliseconds(rest)) == 1
    except SourceError:
        _log.warning("Turn %d at %s could not be ended; it expires.", number, name)
        return
    if not is_ours:
        _log.warning("Turn %d at %s had run out before it ended.", number, name)


def _run(script: str, name: str, *arguments: int) -> Any:
    key = f"{settings.REDIS_PREFIX}turn:{name}"
    try:
        client = cast("Any", _redis(settings.REDIS_URL))
        return client.eval(script, 2, key, f"{key}:number", *arguments)
    except redis.RedisError as error:
        raise SourceError(
            f"no request to {name} without Redis, which keeps all machines to its limit: {error}",
            permanent=False,
        ) from error


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=5,
        socket_connect_timeout=5,
        retry=Retry(ConstantBackoff(0.1), retries=2),
        decode_responses=True,
    )


def _milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 1)
