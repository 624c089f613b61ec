"""The words of papers that a search looks for. Only the database and the jobs write them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from papers.models.paper import Paper


class SearchEntry(models.Model):
    """The searchable words of a paper. Only database triggers write it, after each change.

    The row is narrow, so that the many rows that match a common word are read quickly. A withdrawn
    paper has no row: the triggers hold the same rule as `Paper.listed`.
    """

    paper = models.OneToOneField(
        Paper, on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    words = SearchVectorField(help_text="Title over abstract over authors, without accents.")
    listed_on = models.DateField()
    has_code = models.BooleanField()
    prominence = models.FloatField(default=0, help_text="The newest trend; 0 before the first.")
    trend_day = models.DateField(null=True, blank=True, help_text="The last day of that trend.")
    trend_days = models.PositiveSmallIntegerField(default=0, help_text="The length of its window.")

    class Meta:
        verbose_name_plural = "search entries"
        indexes: ClassVar = [
            # A pending list makes an ingest four times as fast. Every search reads that list
            # from end to end, so it is kept short (in kB).
            GinIndex(fields=["words"], name="search_entry_words", gin_pending_list_limit=512)
        ]

    def __str__(self) -> str:
        return f"words of paper {self.paper_id}"


class SearchWord(models.Model):
    """A word of titles, abstracts or names, for the suggestion after a typing slip."""

    word = models.TextField(primary_key=True, help_text="In lower case, without accents.")
    papers = models.PositiveIntegerField(help_text="Papers that had it when they were stored.")
    trigrams = ArrayField(models.TextField())
    last_paper = models.BigIntegerField(help_text="The last paper that was counted for it.")

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["trigrams"], name="search_word_trigrams")]

    def __str__(self) -> str:
        return self.word
