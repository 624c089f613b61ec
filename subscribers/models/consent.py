"""What a subscriber agreed to, and the addresses that must get no mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from subscribers.models.subscriber import Subscriber


class ConsentEntry(models.Model):
    """One step of a subscriber's consent. Append-only: a database trigger refuses changes."""

    class Step(models.TextChoices):
        REQUESTED = "requested", "asked for the digest"
        LINK = "link", "asked for a new link"
        CONFIRMED = "confirmed", "confirmed by the mailed link"
        CHANGED = "changed", "changed preferences"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed"
        ONE_CLICK = "one_click", "unsubscribed by one click"
        SUPPRESSED = "suppressed", "suppressed"
        IMPORTED = "imported", "imported by an operator"
        PAUSED = "paused", "paused the digests"
        RESUMED = "resumed", "ended the pause"
        RETURNED = "returned", "took the unsubscription back"
        MOVE_ASKED = "move_asked", "asked for another address"
        MOVED = "moved", "confirmed the new address"
        MOVED_BACK = "moved_back", "took the change of address back"

    subscriber = models.ForeignKey(
        Subscriber,
        on_delete=models.SET_NULL,
        null=True,
        related_name="consent_entries",
    )
    address_hash = models.CharField(
        max_length=64,
        db_index=True,
        help_text="Stays when the subscriber is erased: proof without the address.",
    )
    step = models.CharField(max_length=12, choices=Step)
    at = models.DateTimeField()
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True, help_text="What was agreed to or changed.")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name_plural = "consent entries"

    def __str__(self) -> str:
        return f"{self.get_step_display()} at {self.at:%Y-%m-%d %H:%M}"


class Suppression(models.Model):
    """An address that must get no mail. The hash stays when the subscriber is erased."""

    class Reason(models.TextChoices):
        SOFT_BOUNCES = "soft_bounces", "no delivery, again and again"
        HARD_BOUNCE = "hard_bounce", "hard bounce"
        COMPLAINT = "complaint", "complaint"
        READER = "reader", "asked for by the reader"
        OPERATOR = "operator", "set by an operator"

    address_hash = models.CharField(max_length=64, unique=True)  # salted, by subscribers.suppress
    reason = models.CharField(max_length=12, choices=Reason)
    at = models.DateTimeField()
    detail = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return self.get_reason_display()
