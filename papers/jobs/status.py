"""The state of each job of the timetable, for the admin, the dashboard and the terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from django.db.models import Q

from papers.catalogue.ingest import counted
from papers.jobs.run import disabled_reason
from papers.jobs.schedule import JobSpec, is_late
from papers.models import Job, JobStep
from papers.windows import closes_at

Health = Literal["fine", "running", "waiting", "late", "failing", "off"]
_UNITS: Final = (("day", 86_400), ("hour", 3600), ("minute", 60))


@dataclass(frozen=True, slots=True)
class Status:
    """A job of the timetable with its row; without a row it has never been due."""

    spec: JobSpec
    job: Job | None
    health: Health
    disabled_reason: str  # empty when it is enabled
    lag: timedelta | None  # since the last success; None before the first

    @property
    def source(self) -> str:
        return self.spec.source or "own tables"

    @property
    def error(self) -> str:
        """The last error, as long as no success has come after it."""
        return self.job.last_error if self.job and self.job.failures else ""


def statuses(specs: Iterable[JobSpec], now: datetime) -> list[Status]:
    """The status of each job at `now`, in the order of the timetable. One query."""
    jobs = {job.name: job for job in Job.objects.order_by()}
    return [status(spec, jobs.get(spec.name), now) for spec in specs]


def status(spec: JobSpec, job: Job | None, now: datetime) -> Status:
    """The status of one job at `now`. Pure."""
    reason = disabled_reason(spec)
    succeeded = job.last_success_at if job else None
    return Status(
        spec=spec,
        job=job,
        health=_health(spec, job, now, is_disabled=bool(reason)),
        disabled_reason=reason,
        lag=now - succeeded if succeeded else None,
    )


def unread(specs: Iterable[JobSpec], day: date) -> list[str]:
    """The enabled jobs that bring papers and have not read those of `day` since it was over.

    A step without a day counts for every day before it: arXiv's feed is of no single day.
    """
    wanted = [spec.name for spec in specs if spec.brings_papers and not disabled_reason(spec)]
    read = JobStep.objects.filter(
        Q(day=day) | Q(day=None),
        job__name__in=wanted,
        state=JobStep.State.DONE,
        started_at__gte=closes_at(day),
    )
    done = set(read.order_by().values_list("job__name", flat=True))
    return [name for name in wanted if name not in done]


def recently_left_out(now: datetime) -> dict[str, str]:
    """What the steps of the last 24 hours left out, by the job's name: "1 row, 2 fields".

    One query, down the index run_started.
    """
    steps = JobStep.objects.filter(
        started_at__gt=now - timedelta(days=1), counts__has_any_keys=["left_out", "fields_left_out"]
    )
    totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, counts in steps.order_by().values_list("job__name", "counts"):
        totals[name].update(row=counts.get("left_out", 0), field=counts.get("fields_left_out", 0))
    return {
        name: ", ".join(counted(total[noun], noun) for noun in ("row", "field") if total[noun])
        for name, total in totals.items()
    }


def format_span(span: timedelta) -> str:
    """A span in its largest unit: "3 hours", "1 day"; "under a minute"."""
    seconds = span.total_seconds()
    for name, length in _UNITS:
        if (count := int(seconds // length)) > 0:
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "under a minute"


def _health(spec: JobSpec, job: Job | None, now: datetime, *, is_disabled: bool) -> Health:
    if job and job.lease_until and job.lease_until > now:
        return "running"
    if is_disabled:
        return "off"
    if job is None or not (job.last_success_at or job.failures):
        return "waiting"
    if job.failures:
        return "failing"
    return "late" if is_late(job.last_success_at, spec.slot, now) else "fine"
