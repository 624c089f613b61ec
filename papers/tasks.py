"""Background work on papers. A task only translates; the verbs do the work."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from papers.jobs.run import due, is_busy, run
from papers.jobs.timetable import BY_NAME, LINES


@shared_task(name="papers.run_due")
def run_due() -> None:
    """Beat's minute: ring for the job that has been due longest, unless one is running."""
    _ring(timezone.now())


@shared_task(name="papers.run_job")
def run_job(name: str) -> None:
    """Run a job of the timetable if it is due, and ring for the next."""
    if name in BY_NAME:  # else a newer version's message
        run(BY_NAME[name])
    _ring(timezone.now())


def _ring(now: datetime) -> None:
    lines = due(LINES, now)
    if lines and not is_busy(now):
        # The next tick rings again, so a bell nobody heard may fade away.
        run_job.apply_async((lines[0].name,), expires=max(settings.TICK_SECONDS, 30))
