"""The state of each job of the timetable, for the admin, the dashboard and the terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from django.conf import settings
from django.db.models import Q

from papers.catalogue.counts import counted
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


def unread(specs: Iterable[JobSpec], first: date, last: date) -> list[str]:
    """The enabled jobs that bring papers and have not read each of these days since it was over.

    Of the days before the last only those count whose lists are still fetched (BACKFILL_DAYS), and
    a list that is refused for good keeps nothing waiting. A step without a day counts for every day
    before it: arXiv's feed is of no single day.
    """
    wanted = [spec.name for spec in specs if spec.brings_papers and not disabled_reason(spec)]
    oldest = last + timedelta(days=1) - timedelta(days=settings.BACKFILL_DAYS)
    first = min(max(first, oldest), last)
    days = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    read = _days_read(wanted, first, last)
    return [name for name in wanted if None not in read[name] and days - read[name]]


def _days_read(names: Iterable[str], first: date, last: date) -> Mapping[str, set[date | None]]:
    """By job, the days that it has read since they were over; None: it read all up to `last`."""
    refused = Q(state=JobStep.State.FAILED, is_permanent=True, day__lt=last)
    steps = JobStep.objects.filter(
        Q(state=JobStep.State.DONE) | refused,
        Q(day__range=(first, last)) | Q(day=None),
        job__name__in=names,
        started_at__gte=closes_at(first),
    )
    read: defaultdict[str, set[date | None]] = defaultdict(set)
    for name, day, started_at in steps.order_by().values_list("job__name", "day", "started_at"):
        if started_at >= closes_at(day or last):
            read[name].add(day)
    return read


def is_running(names: Iterable[str], now: datetime) -> bool:
    """Whether one of these jobs runs."""
    return Job.objects.filter(name__in=names, lease_until__gt=now).exists()


def is_awaited(name: str, now: datetime) -> bool:
    """Whether this job runs, or is due."""
    is_pending = Q(lease_until__gt=now) | Q(next_run_at__lte=now)
    return Job.objects.filter(is_pending, name=name).exists()


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
