"""The ledger: one row for each subscriber and edition, its content, and its counters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from newsletter.failures import SKIPPED as SKIPPED_FAILURES
from newsletter.models.editions import Edition
from subscribers.models import Subscriber
from web.languages import DEFAULT_LANGUAGE, LONGEST_CODE


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
    language = models.CharField(
        max_length=LONGEST_CODE,
        default=DEFAULT_LANGUAGE,
        db_default=DEFAULT_LANGUAGE,
        help_text="Of its words.",
    )
    explored = models.SmallIntegerField(
        null=True,
        blank=True,
        help_text="The place, from 0, of the paper from outside of the reader's profile.",
    )
    teams = models.CharField(
        max_length=50,
        blank=True,
        db_default="",
        help_text="Which of two compared rankings chose each paper, in order: A or B.",
    )
    sections = models.CharField(
        max_length=50,
        blank=True,
        db_default="",
        help_text="The section of each paper, in order, as a letter; empty: there are none.",
    )
    opening = models.TextField(
        blank=True, db_default="", help_text="The sentence above the papers of a first digest."
    )

    class Meta:
        ordering: ClassVar = ["-delivery_id"]
        # Of few rows, and none of a reader without a profile: for delivery/explored.py.
        indexes: ClassVar = [
            models.Index(
                fields=["edition"], condition=Q(explored__isnull=False), name="content_explored"
            )
        ]

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
        verbose_name_plural = "tallies"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition", "state", "reason", "slot"], name="tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.state}"
