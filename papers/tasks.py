"""Background work on papers. A task only translates; papers/jobs/ does the work."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from papers.jobs.run import due, is_busy, run
from papers.jobs.timetable import BY_NAME, JOBS
from papers.page_version import purge_page_changes


@shared_task(name="papers.run_due")
def run_due() -> None:
    """Beat's tick: enqueue the job that has been due longest, unless a worker runs one."""
    now = timezone.now()
    purge_page_changes(now)
    _enqueue_next(now)


@shared_task(name="papers.run_job")
def run_job(name: str) -> None:
    """Run a job of the timetable if it is due, then enqueue the next one."""
    if name in BY_NAME:  # else the message of a newer version
        run(BY_NAME[name])
    _enqueue_next(timezone.now())


def _enqueue_next(now: datetime) -> None:
    jobs = due(JOBS, now)
    if jobs and not is_busy(now):
        # The next tick enqueues it again, so a message that no worker takes may expire.
        run_job.apply_async((jobs[0].name,), expires=max(settings.TICK_SECONDS, 30))
