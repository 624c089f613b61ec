"""What papers are about, as numbers that can be compared."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from papers.models.paper import Paper


class PaperVector(models.Model):
    """A paper's vectors, in the forms of `papers.similarity.vectors`; computed once for a text."""

    paper = models.OneToOneField(
        Paper, on_delete=models.CASCADE, primary_key=True, related_name="vector"
    )
    model = models.CharField(
        max_length=100,
        blank=True,
        db_index=True,
        help_text="Name and hash of the model; empty: there was none, and `dense` is empty.",
    )
    dense = models.BinaryField(help_text="384 signed bytes, or none.")
    terms = models.BinaryField(help_text="The words of the text with their weights.")
    text_hash = models.CharField(max_length=32, help_text="Of the text: another one is read again.")
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["paper_id"]
        indexes: ClassVar = [
            # Which model made the newest vector: the others cannot be compared with it.
            models.Index(
                fields=["-made_at"], condition=~models.Q(model=""), name="vector_newest_of_model"
            )
        ]

    def __str__(self) -> str:
        return f"vector of paper {self.paper_id}"
