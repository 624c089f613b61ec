"""Papers that subscribers named and that are not here yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subscribers.models.subscriber import Subscriber


class SeedRequest(models.Model):
    """A paper to look up, or a list of papers, because a subscriber named it as one they like.

    Found papers become Feedback of the kind seed. A request that failed stays until its subscriber
    removes it, so that they see why.
    """

    class Kind(models.TextChoices):
        ARXIV = "arxiv", _("arXiv number")
        DOI = "doi", _("DOI")
        ORCID = "orcid", _("ORCID iD")
        AUTHOR = "author", _("author at arXiv")

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        FOUND = "found", "found"
        FAILED = "failed", "failed"

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", "the source does not have it"
        WITHDRAWN = "withdrawn", "it was withdrawn"
        EMPTY = "empty", "the list has no papers with an id"
        UNREACHABLE = "unreachable", "the source gave no answer"

    LISTS: ClassVar = [Kind.ORCID, Kind.AUTHOR]

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="seed_requests"
    )
    kind = models.CharField(max_length=6, choices=Kind)
    identity = models.CharField(max_length=200, help_text="The id, in the one form it is asked by.")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    reason = models.CharField(
        max_length=11,
        choices=Reason,
        blank=True,
        help_text="Why it failed, as the reader reads it.",
    )
    papers = models.PositiveSmallIntegerField(default=0, help_text="How many papers it gave.")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="When it may be looked up (again).")
    tried_at = models.DateTimeField(null=True, blank=True, help_text="When it was, the last time.")
    error = models.TextField(blank=True, help_text="What the source answered.")
    asked_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        verbose_name = "paper to look up"
        verbose_name_plural = "papers to look up"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber", "kind", "identity"], name="seed_request_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state="waiting"),
                name="seed_request_waiting",
            ),
            models.Index(fields=["tried_at"], name="seed_request_tried"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.identity}"
