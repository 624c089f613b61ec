"""Single mails to one person, and changes of address."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from subscribers.models.subscriber import Subscriber


class AddressChange(models.Model):
    """A subscriber's wish for another address, from the request until it can be undone no more.

    Deleted some days after that (account/change_address.py), because it holds two addresses.
    """

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="address_changes"
    )
    old_email = models.EmailField(max_length=254)
    new_email = models.EmailField(max_length=254)
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was cancelled, replaced by another or undone."
    )

    class Meta:
        ordering: ClassVar = ["-requested_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber"],
                condition=Q(confirmed_at__isnull=True, ended_at__isnull=True),
                name="address_change_pending_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_email} to {self.new_email}"


class TransactionalMail(models.Model):
    """A mail to one person, about what they did: stored in the same transaction, sent by a task."""

    class Kind(models.TextChoices):
        CONFIRM = "confirm", "confirm your address"
        MANAGE = "manage", "you are subscribed already"
        LINK = "link", "a new link to the preferences"
        ADDRESS = "address", "confirm your new address"
        IN_USE = "in_use", "the new address gets a digest already"
        MOVED = "moved", "your digest goes to another address"
        WELCOME = "welcome", "welcome, and when the first digest comes"
        GOODBYE = "goodbye", "you are unsubscribed"
        PAUSED = "paused", "your digest is paused"

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        DEFERRED = "deferred", "deferred"
        FAILED = "failed", "failed"
        UNCERTAIN = "uncertain", "uncertain"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=8, choices=Kind)
    recipient = models.EmailField(
        max_length=254,
        blank=True,
        db_default="",
        help_text="Where it goes, if not to the subscriber's address.",
    )
    address_change = models.ForeignKey(
        AddressChange, on_delete=models.CASCADE, null=True, blank=True, related_name="mails"
    )
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="When it may be tried (again).")
    lease_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when the worker that sends it holds it."
    )
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    draft = models.JSONField(
        default=dict,
        blank=True,
        help_text="Choices typed with the address, which the confirmation page shows filled in; "
        "or what the mail is about.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=["queued", "deferred", "sending"]),
                name="transactional_mail_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.state})"

    @property
    def address(self) -> str:
        """Where it goes."""
        return self.recipient or self.subscriber.email
