"""Writing down one step of consent. Entries are only ever added; the database sees to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from subscribers.addresses import address_hash
from subscribers.models import ConsentEntry, Subscriber
from subscribers.trail import Trail


def record(
    step: ConsentEntry.Step,
    *,
    email: str,
    subscriber: Subscriber | None,
    trail: Trail,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> ConsentEntry:
    """Add one entry. `subscriber` is None where the address has no reader."""
    return ConsentEntry.objects.create(
        subscriber=subscriber,
        address_hash=address_hash(email),
        step=step,
        at=now,
        ip=trail.ip,
        user_agent=trail.user_agent,
        detail=detail or {},
    )
