"""What is stored of the installation itself: its database and its clock, a row each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


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

    newsletter/clock.py says when a reading is doubted, and until when.
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
