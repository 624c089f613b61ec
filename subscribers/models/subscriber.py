"""Subscribers and what they follow."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from papers.models import Topic
from subscribers.schedule import check_timezone, end_of_pause
from web.languages import DEFAULT_LANGUAGE, LONGEST_CODE, language_choices
from web.time_zones import usable_zone


class Subscriber(models.Model):
    """An address, the state of its consent, and the timetable of its digests."""

    class State(models.TextChoices):
        PENDING = "pending", "pending"  # signed up, has not confirmed
        ACTIVE = "active", "active"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed"
        SUPPRESSED = "suppressed", "suppressed"  # see Suppression for why

    class Cadence(models.TextChoices):
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")
        MONTHLY = "monthly", _("every month")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    email = models.EmailField(max_length=254, unique=True, help_text="Normalised, lower case.")
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    cadence = models.CharField(max_length=7, choices=Cadence, default=Cadence.WEEKLY)
    weekday = models.PositiveSmallIntegerField(
        choices=Weekday,
        default=Weekday.FRIDAY,
        help_text="Weekly: the day. Monthly: the first such day of the month. Daily: unused.",
    )
    hour = models.PositiveSmallIntegerField(default=8, help_text="0 to 23, in the time zone.")
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[check_timezone],
        help_text="IANA name: Europe/Berlin.",
    )
    digest_size = models.PositiveSmallIntegerField(default=10, help_text="Papers in a digest.")
    language = models.CharField(
        max_length=LONGEST_CODE,
        choices=language_choices,
        default=DEFAULT_LANGUAGE,
        db_default=DEFAULT_LANGUAGE,
        help_text="Of their mails.",
    )
    next_send_at = models.DateTimeField(
        null=True, blank=True, help_text="When the next digest is due; empty: never."
    )
    welcome_due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when the first digest after a confirmation is due; empty: none is.",
    )
    welcomed_at = models.DateTimeField(
        null=True, blank=True, help_text="When that digest was last queued."
    )
    paused_until = models.DateField(
        null=True,
        blank=True,
        help_text="No digest before this day, in the time zone: `next_send_at` is then.",
    )
    last_digest_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(
        null=True, blank=True, help_text="The last time; older confirmation links are invalid."
    )
    address_changed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Digests sent before hold links to the preferences that are invalid.",
    )
    feed_renewed_at = models.DateTimeField(
        null=True, blank=True, help_text="Addresses of the private feed from before are invalid."
    )
    is_sample = models.BooleanField(
        default=False, editable=False, help_text="Only the local mailbox may receive their mail."
    )
    # Every link and Message-ID of this subscriber depends on it. An id and an address may come
    # back after a backup is restored, and then belong to another sign-up; this value does not.
    secret = models.UUIDField(
        default=uuid.uuid4,
        db_default=RandomUUID(),
        editable=False,
        help_text="Makes their links; never shown, exported or logged.",
    )
    has_old_links = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Signed up before links depended on the secret; such links still work.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(hour__lte=23) & Q(weekday__lte=6), name="subscriber_slot_exists"
            ),
            models.CheckConstraint(
                condition=Q(next_send_at__isnull=True) | Q(state="active"),
                name="subscriber_due_only_when_active",
            ),
        ]
        indexes: ClassVar = [
            # For dispatch: the due subscribers, oldest first.
            models.Index(
                fields=["next_send_at", "id"],
                condition=Q(state="active"),
                name="subscriber_due",
            ),
            # For newsletter/delivery/welcome.py: few rows at any moment.
            models.Index(
                fields=["welcome_due_at", "id"],
                condition=Q(welcome_due_at__isnull=False),
                name="subscriber_welcome",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def lock(self) -> None:
        """Hold the row to the end of the transaction, and read it again.

        Raises:
            Subscriber.DoesNotExist: it has been erased since it was read.
        """
        self.refresh_from_db(from_queryset=Subscriber.objects.select_for_update())

    def is_paused(self, now: datetime) -> bool:
        """Whether no digest is due before the day that they chose."""
        end = end_of_pause(self.paused_until, self.zone)
        return end is not None and now <= end

    @property
    def zone(self) -> str:
        """The time zone that is used: the stored one, or UTC where this machine lacks it."""
        return usable_zone(self.timezone)

    @property
    def zone_name(self) -> str:
        """The time zone as a page shows it: America/New York."""
        return self.zone.replace("_", " ")


class Interest(models.Model):
    """One thing a subscriber follows or mutes. No topic followed means all topics."""

    class Kind(models.TextChoices):
        TOPIC = "topic", "follows a topic"
        KEYWORD = "keyword", "follows words"
        AUTHOR = "author", "follows an author"
        MUTED = "muted", "mutes words"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="interests")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TOPIC)
    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="interests"
    )
    term = models.CharField(max_length=80, blank=True, help_text="The words or the author's name.")

    class Meta:
        ordering: ClassVar = ["subscriber_id", "kind", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber", "topic"],
                condition=Q(topic__isnull=False),
                name="interest_topic_once",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "kind", "term"],
                condition=Q(topic__isnull=True),
                name="interest_term_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="topic", topic__isnull=False, term="")
                | (~Q(kind="topic") & Q(topic__isnull=True) & ~Q(term="")),
                name="interest_topic_or_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.topic or self.term}"
