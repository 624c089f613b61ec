"""What is read about papers and computed from it: signals, payloads, trends."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from papers.models.paper import Paper


class Signal(models.Model):
    """One number about a paper as read at one time. Rows are only added: a time series."""

    class Kind(models.TextChoices):
        UPVOTES = "upvotes", "upvotes"
        STARS = "stars", "stars"
        COMMENTS = "comments", "comments"
        CITATIONS = "citations", "citations"
        ARTEFACTS = "artefacts", "linked models, datasets and spaces"
        POSITION = "position", "position in a listing"
        VOTES = "votes", "votes of our readers"
        CLICKS = "clicks", "clicks in our digests"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="signals")
    source = models.CharField(max_length=30)
    kind = models.CharField(max_length=12, choices=Kind)
    read_at = models.DateTimeField(db_index=True)
    value = models.FloatField()

    class Meta:
        ordering: ClassVar = ["-read_at"]
        constraints: ClassVar = [
            # Its index also gives the reads of one paper in order of time.
            models.UniqueConstraint(
                fields=["paper", "kind", "source", "read_at"], name="signal_read_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value:g}"


# The person who submitted a paper to a list of Hugging Face. The payload of a list and that of
# a paper's own page name that person under different keys.
SUBMITTER: Final = Coalesce(
    KT("payload__submittedBy__name"), KT("payload__paper__submittedOnDailyBy__user")
)


class RawRecord(models.Model):
    """A payload about one paper as a source returned it, stored once per distinct content."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="raw_records")
    source = models.CharField(max_length=30)
    day = models.DateField()
    payload_hash = models.CharField(max_length=64, help_text="SHA-256 of the payload.")
    payload = models.JSONField()
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-stored_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["paper", "source", "day", "payload_hash"], name="raw_record_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(SUBMITTER, condition=Q(source="hugging_face"), name="raw_record_submitter")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.day}"


class Trend(models.Model):
    """How strongly a paper trends in the window that ends with `day`, and why."""

    class Span(models.TextChoices):
        DAY = "day", "day"
        WEEK = "week", "week"
        MONTH = "month", "month"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="trends")
    window = models.CharField(max_length=5, choices=Span)
    day = models.DateField()
    value = models.FloatField()
    components = models.JSONField(help_text="The parts of the value, by signal.")
    version = models.CharField(max_length=20, help_text="Of the formula and its weights.")
    scored_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-day", "window", "-value", "paper_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paper", "window", "day"], name="trend_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["window", "day", "-value", "paper"], name="trend_ranking")
        ]

    def __str__(self) -> str:
        return f"{self.value:.2f} in the {self.window} of {self.day}"
