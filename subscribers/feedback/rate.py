"""How often a reader may say something of papers: a program could else write without an end."""

from __future__ import annotations

from typing import Final

from subscribers.models import Subscriber
from web.rate_limit import hit_key

RATE: Final = "240/hour"  # presses of a button; one press may say something of many papers


def seconds_to_wait(subscriber: Subscriber) -> int:
    """Count one press; 0 when it may act, else after how many seconds the next one may."""
    quota = hit_key("feedback", RATE, str(subscriber.pk))
    return 0 if quota is None or quota.is_kept else quota.wait
