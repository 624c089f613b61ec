"""Editions, frozen once a day, and the ledger: one row for each subscriber and edition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from newsletter.failures import SKIPPED as SKIPPED_FAILURES
from papers.models import Paper
from subscribers.models import Subscriber


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions, with what several modules ask of them."""

    def light(self) -> EditionQuerySet:
        """Without the rendered mail around the papers: some 10 KB an edition, which lists omit."""
        return self.defer("html", "text")


class Edition(models.Model):
    """The papers of one cadence up to one closing time, with frozen scores and fragments."""

    class State(models.TextChoices):
        OPEN = "open", "being composed"
        FROZEN = "frozen", "frozen"

    cadence = models.CharField(max_length=7, choices=Subscriber.Cadence)
    day = models.DateField(help_text="The last day it covers; it closes at the next midnight, UTC.")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    note = models.TextField(blank=True, help_text="A curator's note above the papers.")
    trend_version = models.CharField(max_length=20, blank=True)
    html = models.TextField(blank=True, help_text="The HTML mail around its papers.")
    text = models.TextField(blank=True, help_text="The text mail around its papers.")
    awaited_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when its sources are waited for, after its close."
    )
    composed_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="Nothing leaves while set.")
    pause_reason = models.CharField(max_length=300, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, help_text="Nothing leaves again.")
    complaints = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Mails of it that readers reported as spam."
    )
    is_sample = models.BooleanField(default=False, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-day", "cadence"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cadence", "day"], name="edition_once")
        ]

    def __str__(self) -> str:
        return f"{self.cadence} edition of {self.day}"

    @property
    def halt(self) -> str:
        """ "cancelled" or "paused": nothing of it is sent now. Empty otherwise."""
        if self.cancelled_at:
            return "cancelled"
        return "paused" if self.paused_at else ""


class Candidate(models.Model):
    """A paper of an edition, as it was when that was frozen: all that a digest shows of it."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="candidates")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="candidates")
    position = models.PositiveIntegerField(help_text="1 is the top of the common list.")
    trend = models.FloatField()
    components = models.JSONField()
    topics = models.JSONField(help_text="Topic slugs with weights: {slug: weight}.")
    facts = models.JSONField(help_text="What a digest says: title, authors, upvotes, stars …")
    html = models.TextField(help_text="The paper's part of the HTML mail.")
    text = models.TextField(help_text="The paper's part of the text mail.")

    class Meta:
        ordering: ClassVar = ["edition_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "paper"], name="candidate_once"),
            models.UniqueConstraint(fields=["edition", "position"], name="candidate_position"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.paper}"


class Delivery(models.Model):
    """The ledger row of one message, unique for each edition and subscriber.

    The table is partitioned by hundreds of editions, so name the edition wherever it is known:
    docs/decisions/0014-ledger-partitions.md. Old partitions become `ArchivedDelivery` rows.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        DEFERRED = "deferred", "deferred"  # the next attempt is at next_attempt_at
        FAILED = "failed", "failed"
        UNCERTAIN = "uncertain", "uncertain"  # the worker was killed between sending and recording
        SKIPPED = "skipped", "skipped"

    # No constraints in the database: the reasons are in docs/decisions/0011-hot-table.md.
    edition = models.ForeignKey(
        Edition,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,  # rows are found by their ids, or are unfinished
    )
    subscriber = models.ForeignKey(
        Subscriber,
        on_delete=models.SET_NULL,
        null=True,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,  # delivery_once begins with it
    )
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    reason = models.CharField(
        max_length=200, blank=True, help_text="Why it was skipped or failed, to be read by people."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="When it may be sent (again).")
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.UUIDField(
        null=True, blank=True, help_text="The claim under which it is being sent."
    )
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    retried_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When an operator queued it again; events from before it say nothing of it now.",
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            # The subscriber first: it also serves what one subscriber was sent. And no index
            # begins with the edition, or a planner without statistics reads all of an edition.
            models.UniqueConstraint(fields=["subscriber", "edition"], name="delivery_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["edition", "id"],
                condition=Q(state__in=["queued", "deferred"]),
                name="delivery_unfinished",
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="deferred"),
                name="delivery_deferred",
            ),
            # Not by lease_until, which a claim changes: so the claim changes no indexed column,
            # and its row version needs no index entries (a heap-only tuple).
            models.Index(fields=["id"], condition=Q(state="sending"), name="delivery_sending"),
            # For delivery/retry.py and events/soft_bounces.py: few rows of each edition.
            models.Index(
                fields=["edition", "id"],
                condition=Q(state="failed") | Q(state="skipped", reason__in=SKIPPED_FAILURES),
                name="delivery_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.edition}"

    @property
    def content_or_none(self) -> DigestContent | None:
        """The content of its digest; None before the first attempt and for a skipped delivery."""
        return getattr(self, "content", None)

    @property
    def picks(self) -> Sequence[StoredPick]:
        """The papers of its digest, in order; empty before the first attempt."""
        content = self.content_or_none
        return content.picks if content else ()


class StoredPick(NamedTuple):
    """A paper of a digest: its position in the edition, its id, and the reason shown for it."""

    position: int
    paper_id: int
    reason: str


class DigestContent(models.Model):
    """The personal part of a digest; with the edition it rebuilds the message byte for byte.

    Written once, when the delivery is first marked `sending`: the ledger's row changes after
    that, and these columns would be written again each time. Partitioned like the ledger.
    """

    # The primary key in the database is (delivery, edition), as a partitioned table needs it.
    delivery = models.OneToOneField(
        Delivery,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="content",
        db_constraint=False,
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    positions = ArrayField(
        models.SmallIntegerField(), help_text="Its papers' places in the edition."
    )
    papers = ArrayField(models.BigIntegerField(), help_text="Their ids, in the same order.")
    reasons = ArrayField(models.TextField(), help_text="Why each is there, as the digest says it.")
    dated_at = models.DateTimeField(help_text="The message's Date header.")
    renderer = models.CharField(max_length=20, help_text="Version of the renderer.")
    key_id = models.CharField(max_length=8, help_text="Which secret made its token.")

    class Meta:
        ordering: ClassVar = ["-delivery_id"]

    def __str__(self) -> str:
        return f"{len(self.papers)} papers"

    @property
    def picks(self) -> list[StoredPick]:
        return list(map(StoredPick, self.positions, self.papers, self.reasons))


class ArchivedDelivery(models.Model):
    """What is kept of an old delivery: subscriber, edition, state and time, but no content."""

    id = models.BigIntegerField(
        primary_key=True, help_text="The delivery's own: the links in its mail still find it."
    )
    edition = models.ForeignKey(
        Edition,
        on_delete=models.PROTECT,
        related_name="archived",
        db_constraint=False,
        db_index=False,  # archived_edition is a thousandth of its size
    )
    subscriber = models.ForeignKey(
        Subscriber,
        on_delete=models.SET_NULL,
        null=True,
        related_name="archived",
        db_constraint=False,
    )
    state = models.CharField(max_length=9, choices=Delivery.State)
    sent_at = models.DateTimeField(null=True, blank=True)
    # As in DigestContent: by them the links of its mail are told from those of another mail that
    # had the same id before a backup was restored. What was archived earlier has the first version.
    renderer = models.CharField(
        max_length=20, blank=True, db_default="1", help_text="Version of the renderer."
    )
    dated_at = models.DateTimeField(
        null=True, blank=True, help_text="The message's Date header; empty: never sent, or unknown."
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "archived deliveries"
        # Rows are added edition by edition, a hundred at a time, and never move.
        indexes: ClassVar = [
            BrinIndex(fields=["edition"], autosummarize=True, name="archived_edition")
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.edition}"


class Tally(models.Model):
    """How many deliveries of an edition are in a state: counters that a trigger keeps.

    Each counter is divided into slots, so that workers do not wait for one row; its value is
    the sum. No Python code writes to this table.
    """

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="tallies", db_constraint=False
    )
    slot = models.SmallIntegerField()
    state = models.CharField(max_length=9, choices=Delivery.State)
    reason = models.CharField(max_length=200, blank=True)
    count = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["edition_id", "state", "reason", "slot"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition", "state", "reason", "slot"], name="tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.state}"


class DatabaseOrigin(models.Model):
    """One row: in which database this data was written. See delivery/restored.py."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=80, help_text="Cluster, database and table, by their ids.")
    restored_at = models.DateTimeField(
        null=True, help_text="When a restored backup was noticed; nothing is sent while set."
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="database_origin_once")
        ]

    def __str__(self) -> str:
        return self.name


class ClockReading(models.Model):
    """The last time that a tick read, in one row: a clock that jumped is noticed by it.

    delivery/clock.py says when a reading is doubted, and until when.
    """

    id = models.SmallAutoField(primary_key=True)
    read_at = models.DateTimeField(help_text="The last reading that was believed.")
    doubted_since = models.DateTimeField(
        null=True, blank=True, help_text="The first reading of a clock that seems to have jumped."
    )
    doubted_at = models.DateTimeField(null=True, blank=True, help_text="The last such reading.")
    slots_reset = models.PositiveIntegerField(
        default=0,
        db_default=0,
        help_text="Slots too far away, set anew at the last run.",
    )
    slots_reset_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"read at {self.read_at}"


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
