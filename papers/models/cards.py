"""The share cards of papers: pictures that are drawn when an edition is composed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from papers.models.paper import Paper


class ShareCard(models.Model):
    """The picture that other sites show beside a link to a paper; it can be drawn again."""

    paper = models.OneToOneField(
        Paper, on_delete=models.CASCADE, primary_key=True, related_name="share_card"
    )
    png = models.BinaryField()
    version = models.CharField(
        max_length=40, help_text="Of the drawing and the texts on it: another one is drawn again."
    )
    drawn_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-drawn_at", "paper_id"]

    def __str__(self) -> str:
        return f"card of paper {self.paper_id}"
