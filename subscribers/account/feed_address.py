"""A new address for the private feed: the old one ends."""

from __future__ import annotations

from datetime import datetime

from subscribers.models import Subscriber


def renew_feed(subscriber: Subscriber, now: datetime) -> None:
    """Make all addresses of this subscriber's feed invalid; `tokens.make` gives the new one."""
    Subscriber.objects.filter(pk=subscriber.pk).update(feed_renewed_at=now)
    subscriber.feed_renewed_at = now
