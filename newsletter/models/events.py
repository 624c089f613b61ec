"""What providers report about messages after these were sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.models.deliveries import Delivery
from newsletter.models.editions import Edition


class DeliveryEvent(models.Model):
    """A provider's event about one message. A request stores it; events/process.py acts on it."""

    class Kind(models.TextChoices):
        QUEUED = "queued", "accepted by the provider"
        SENT = "sent", "sent by the provider"
        DELIVERED = "delivered", "delivered"
        DEFERRED = "deferred", "delayed"
        BOUNCED = "bounced", "bounced"
        REJECTED = "rejected", "rejected by the provider"
        FAILED = "failed", "failed at the provider"
        COMPLAINED = "complained", "reported as spam"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed at the provider"

    fingerprint = models.CharField(
        max_length=32, unique=True, help_text="The same for the same report: it is taken in once."
    )
    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=Kind)
    message_id = models.CharField(max_length=200, blank=True, help_text="The provider's own.")
    # No constraints in the database, as in the ledger: a delivery may be archived before its
    # last event is deleted. Django does not change these rows either (DO_NOTHING).
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="events",
        db_constraint=False,
        db_index=False,  # event_of_delivery is its index
    )
    edition = models.ForeignKey(
        Edition,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="events",
        db_constraint=False,
        db_index=False,
        help_text="Known once the delivery was found.",
    )
    recipient = models.CharField(
        max_length=254, blank=True, help_text="Emptied once the report was acted upon."
    )
    address_hash = models.CharField(max_length=64, blank=True)
    is_hard = models.BooleanField(default=False, help_text="There is no such mailbox.")
    reject_reason = models.CharField(max_length=12, blank=True)
    detail = models.CharField(
        max_length=500, blank=True, help_text="What was said of it, without the address."
    )
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When it is to be acted upon; empty: it was."
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "event"
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="event_due"
            ),
            models.Index(fields=["delivery"], name="event_of_delivery"),
            models.Index(fields=["address_hash"], name="event_of_address"),
            models.Index(fields=["received_at"], name="event_received"),  # old events are deleted
            models.Index(
                fields=["received_at"], condition=Q(kind="deferred"), name="event_deferred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, by {self.provider}"
