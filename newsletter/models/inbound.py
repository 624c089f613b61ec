"""Mails that arrived here: bounces, complaints, unsubscriptions, replies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.models.deliveries import Delivery


class InboundMessage(models.Model):
    """One mail that arrived, and what followed from it. Deleted after INBOUND_DAYS.

    It holds no address. The mail itself is kept of what is still to be forwarded, and no longer.
    """

    class Kind(models.TextChoices):
        BOUNCE = "bounce", "returned mail"
        DELAY = "delay", "delay"
        DELIVERED = "delivered", "report of a delivery"
        COMPLAINT = "complaint", "complaint"
        REPORT = "report", "other report"
        AUTO_REPLY = "auto_reply", "automatic reply"
        UNSUBSCRIBE = "unsubscribe", "unsubscription"
        REPLY = "reply", "reply"
        UNREADABLE = "unreadable", "unreadable"

    class Result(models.TextChoices):
        EVENT = "event", "stored as an event"
        LEFT = "left", "unsubscribed"
        FORWARD = "forward", "to be forwarded"
        FORWARDED = "forwarded", "forwarded"
        NOT_FORWARDED = "held", "not forwarded"
        UNPROVED = "unproved", "not proved to be about a mail of ours"
        NOTHING = "nothing", "nothing followed"

    fingerprint = models.CharField(
        max_length=32, unique=True, help_text="The same for the same mail: it is taken in once."
    )
    kind = models.CharField(max_length=11, choices=Kind)
    result = models.CharField(max_length=9, choices=Result, default=Result.NOTHING)
    source = models.CharField(max_length=7, help_text="What brought it.")
    received_at = models.DateTimeField()
    # No constraint in the database, as of an event: a delivery may be archived before.
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="inbound",
        db_constraint=False,
        db_index=False,  # inbound_of_delivery is its index
    )
    address_hash = models.CharField(
        max_length=64, blank=True, help_text="Of its writer, or of the reader it is about."
    )
    subject = models.CharField(max_length=100, blank=True)
    detail = models.CharField(
        max_length=200, blank=True, help_text="What was found in it, without addresses."
    )
    raw = models.BinaryField(blank=True, default=bytes, help_text="Until it is forwarded.")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When it is to be forwarded; empty: it is not."
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "incoming mail"
        verbose_name_plural = "incoming mail"
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="inbound_due"
            ),
            models.Index(fields=["delivery"], name="inbound_of_delivery"),
            models.Index(fields=["address_hash", "received_at"], name="inbound_of_address"),
            models.Index(fields=["received_at"], name="inbound_received"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.received_at:%Y-%m-%d %H:%M}"
