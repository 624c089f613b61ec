"""The transactions that changed what pages show. Only database triggers write them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class PageChange(models.Model):
    """One transaction that changed a table that pages show; `papers/page_version.py` reads them.

    One row a transaction and none that two of them write, so that no writer waits for another.
    """

    transaction_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now(), help_text="When the transaction began.")

    class Meta:
        constraints: ClassVar = [
            # Not the id alone: a restored database counts its transactions from the start again.
            models.UniqueConstraint(fields=["transaction_id", "at"], name="page_change_once")
        ]

    def __str__(self) -> str:
        return f"transaction {self.transaction_id}"
