"""Editions, frozen once a day, and the papers of each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from papers.models import Paper
from subscribers.models import Subscriber
from web.languages import LONGEST_CODE


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
    note = models.TextField(blank=True, help_text="A curator's note above the papers, in Markdown.")
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
    note = models.TextField(
        blank=True, db_default="", help_text="A curator's note on the paper, in Markdown."
    )

    class Meta:
        ordering: ClassVar = ["edition_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "paper"], name="candidate_once"),
            models.UniqueConstraint(fields=["edition", "position"], name="candidate_position"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.paper}"


class EditionCard(models.Model):
    """The picture that other sites show beside a link to an edition."""

    edition = models.OneToOneField(
        Edition, on_delete=models.CASCADE, primary_key=True, related_name="card"
    )
    png = models.BinaryField()
    drawn_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-edition_id"]

    def __str__(self) -> str:
        return f"card of edition {self.edition_id}"


class EditionTranslation(models.Model):
    """An edition in another language than the default one, rendered when it was frozen.

    One row and not one for each paper: it is read as a whole, and compressed as a whole. What it
    lacks is shown in the default language.
    """

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="translations", db_index=False
    )
    language = models.CharField(max_length=LONGEST_CODE)
    html = models.TextField(help_text="The HTML mail around its papers.")
    text = models.TextField(help_text="The text mail around its papers.")
    papers = models.JSONField(
        help_text="Position → html, text, and the facts that are words: since, late."
    )

    class Meta:
        ordering: ClassVar = ["edition_id", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "language"], name="edition_translation_once")
        ]

    def __str__(self) -> str:
        return f"{self.edition}, {self.language}"
