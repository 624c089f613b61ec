"""The jobs of the timetable, and the steps of their runs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Job(models.Model):
    """The state of one job of the timetable: next run, lease of the present run, last result."""

    name = models.CharField(max_length=40, unique=True)
    source = models.CharField(
        max_length=30,
        blank=True,
        help_text="The source that it reads; empty for our own tables.",
    )
    next_run_at = models.DateTimeField()
    lease_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A run holds the job until then, unless it was killed.",
    )
    fence = models.UUIDField(null=True, editable=False)
    is_by_hand = models.BooleanField(
        default=False, help_text="An operator started the present run, outside the timetable."
    )
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row, since the last success.")

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["next_run_at"], name="job_due")]

    def __str__(self) -> str:
        return self.name


class JobStep(models.Model):
    """The record of one step of one run of a job. Stored for `RUN_RETENTION_DAYS`."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        LOST = "lost", "lost"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    source = models.CharField(max_length=30, blank=True)
    day = models.DateField(null=True, blank=True, help_text="The day of the list that was read.")
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    is_permanent = models.BooleanField(
        default=False, help_text="A repeat would fail in the same way: an operator must act."
    )

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["job", "day"], name="run_of_day"),
            models.Index(fields=["started_at"], name="run_started"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"
