"""Counters over all processes, for /metrics: Redis adds them up, and may lose them.

A lost counter starts at zero again, which Prometheus takes for a restart.
"""

from __future__ import annotations

from django.conf import settings

from web.rate_limit import ask_redis, connection


def count(name: str, result: str) -> None:
    """Add one to a counter's result: count("sign_ups", "accepted"). Never fails."""
    ask_redis(name, lambda: connection().hincrby(_key(name), result, 1))


def counts(name: str) -> dict[str, int]:
    """A counter by result; empty when Redis does not answer."""
    found = ask_redis(name, lambda: connection().hgetall(_key(name))) or {}
    return {_text(result): int(number) for result, number in found.items()}


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}count:{name}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
