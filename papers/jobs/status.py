"""How the jobs of the timetable stand, for the admin, the dashboard and the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.db.models import QuerySet

from papers.jobs.run import off_because
from papers.jobs.schedule import Line, is_late
from papers.models import Job

Health = Literal["fine", "running", "waiting", "late", "failing", "off"]
_UNITS: Final = (("day", 86_400), ("hour", 3600), ("minute", 60))


@dataclass(frozen=True, slots=True)
class Status:
    """A line of the timetable and its row; no row yet means that it has never been due."""

    line: Line
    job: Job | None
    health: Health
    off_because: str  # empty when it is on
    lag: timedelta | None  # since the last success; None before the first

    @property
    def source(self) -> str:
        return self.line.source or "own tables"

    @property
    def error(self) -> str:
        """The last error, as long as no success has come after it."""
        return self.job.last_error if self.job and self.job.failures else ""


def statuses(lines: Iterable[Line], now: datetime) -> list[Status]:
    """How each job stands at `now`, in the order of the timetable. One query."""
    jobs = {job.name: job for job in _rows()}
    return [status(line, jobs.get(line.name), now) for line in lines]


def status(line: Line, job: Job | None, now: datetime) -> Status:
    """How one job stands at `now`. Pure."""
    off = off_because(line)
    succeeded = job.last_success_at if job else None
    return Status(
        line=line,
        job=job,
        health=_health(line, job, now, is_off=bool(off)),
        off_because=off,
        lag=now - succeeded if succeeded else None,
    )


def in_words(span: timedelta) -> str:
    """A span in its largest unit: "3 hours", "1 day"; "under a minute"."""
    seconds = span.total_seconds()
    for name, length in _UNITS:
        if (count := int(seconds // length)) > 0:
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "under a minute"


def _health(line: Line, job: Job | None, now: datetime, *, is_off: bool) -> Health:
    if job and job.lease_until and job.lease_until > now:
        return "running"
    if is_off:
        return "off"
    if job is None or not (job.last_success_at or job.failures):
        return "waiting"
    if job.failures:
        return "failing"
    return "late" if is_late(job.last_success_at, line.slot, now) else "fine"


def _rows() -> QuerySet[Job]:
    return Job.objects.order_by()
