"""How far the sending is."""

from __future__ import annotations

from django.utils import timezone

from newsletter.models import Delivery
from subscribers.models import Subscriber


def busy() -> bool:
    """Whether anybody is due or any mail is waiting to leave right now."""
    now = timezone.now()
    waiting = Delivery.objects.filter(state__in=["queued", "sending"])
    due = Subscriber.objects.filter(state=Subscriber.State.ACTIVE, next_send_at__lte=now)
    return due.exists() or waiting.exists()
