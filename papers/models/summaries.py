"""What the operator's language model wrote about papers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from papers.models.paper import Paper


class WrittenSummary(models.Model):
    """The answer of the language model about one paper: asked once for each text of the paper.

    It stays when another source has a summary too, so that the model is not asked again.
    """

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, related_name="written_summary")
    text_hash = models.CharField(
        max_length=32, help_text="MD5 of the title and the abstract that it was written for."
    )
    text = models.TextField(blank=True, help_text="Empty: no answer was a summary so far.")
    model = models.CharField(max_length=200, help_text="SUMMARY_MODEL at that time.")
    attempts = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(
        null=True, blank=True, help_text="When the model is asked again; empty: not again."
    )
    refused = models.CharField(
        max_length=100, blank=True, help_text="Why the last answer was not taken."
    )

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        verbose_name_plural = "written summaries"

    def __str__(self) -> str:
        return self.text or f"none: {self.refused}"
