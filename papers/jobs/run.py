"""Run a job of the timetable, at most once at a time on all machines, and record each step.

A job is due at `next_run_at` of its row. The worker that runs it takes a lease on that row, so that
other workers skip it, and writes to the row only while the lease is its own. A killed run leaves a
lease that expires and a step that never ended: the next run marks that step as lost and does the
work again, which every step allows. Missed slots are not repeated: the steps find out from what is
stored which work was missed.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from papers.jobs.fetching import FetchReport
from papers.jobs.schedule import JobSpec, Step, after_failure
from papers.models import Job, JobStep
from papers.sources import SourceError

BUDGET: Final = timedelta(seconds=180)  # no step begins later: Celery ends a task that is too long
LEASE: Final = timedelta(seconds=330)  # renewed before each step; longer than a task can live
FURTHEST: Final = timedelta(days=3)  # slots and retries are a day away at most
COUNTS: Final = ("papers", "new", "signals", "unknown", "left_out", "fields_left_out")
_log = logging.getLogger(__name__)
State = JobStep.State


@dataclass(frozen=True, slots=True)
class RunResult:
    """The sum of a run's steps, its first error, and when the job runs next."""

    report: FetchReport
    error: SourceError | None
    is_unfinished: bool
    next_run_at: datetime


class _LeaseLostError(Exception):
    """Another run has taken the job over."""


# ── what is due ──────────────────────────────────────────────────────────────


def disabled_reason(spec: JobSpec) -> str:
    """Why the settings disable the job; empty when it is enabled."""
    if spec.source and spec.source not in settings.SOURCES:
        return f"SOURCES does not name {spec.source}"
    if spec.needs and not getattr(settings, spec.needs):
        return f"{spec.needs} is empty"
    return ""


def due(specs: Iterable[JobSpec], now: datetime) -> list[JobSpec]:
    """The jobs to run at `now`: the longest overdue first, else in the order of `specs`.

    A new job gets a row, and is due. A job is due once, however many of its slots were missed.
    """
    specs = list(specs)
    _add_rows(specs, now)
    enabled = {spec.name: spec for spec in specs if not disabled_reason(spec)}
    order = {spec.name: place for place, spec in enumerate(specs)}
    jobs = Job.objects.filter(_is_free(now), _is_due(now), name__in=enabled)
    since = dict(jobs.values_list("name", "next_run_at"))
    return sorted(
        (enabled[name] for name in since), key=lambda spec: (since[spec.name], order[spec.name])
    )


def is_busy(now: datetime) -> bool:
    """Whether a worker runs a job. Only one does at a time: the other workers are for the mail."""
    return Job.objects.filter(lease_until__gt=now, is_by_hand=False).exists()


def run_soon(names: Iterable[str], now: datetime) -> int:
    """Make jobs due now; returns how many. The next tick of the timetable starts them."""
    return Job.objects.filter(name__in=names).update(next_run_at=now)


def purge_job_steps(now: datetime) -> int:
    """Delete the records of steps older than `RUN_RETENTION_DAYS`; returns how many."""
    before = now - timedelta(days=settings.RUN_RETENTION_DAYS)
    return JobStep.objects.filter(started_at__lt=before).delete()[0]


def _add_rows(specs: Iterable[JobSpec], now: datetime) -> None:
    stored = set(Job.objects.values_list("name", flat=True))
    missing = [spec for spec in specs if spec.name not in stored]
    rows = [Job(name=spec.name, source=spec.source, next_run_at=now) for spec in missing]
    Job.objects.bulk_create(rows, ignore_conflicts=True)


def _is_free(now: datetime) -> Q:
    return (
        Q(lease_until__isnull=True) | Q(lease_until__lte=now) | Q(lease_until__gt=now + 2 * LEASE)
    )


def _is_due(now: datetime) -> Q:
    """Its time has come; or it is further away than any slot, so a clock that was ahead set it."""
    return Q(next_run_at__lte=now) | Q(next_run_at__gt=now + FURTHEST)


# ── a run ────────────────────────────────────────────────────────────────────


def run(
    spec: JobSpec,
    *,
    clock: Callable[[], datetime] = timezone.now,
    budget: timedelta | None = BUDGET,
    is_by_hand: bool = False,
    on_step: Callable[[Step, FetchReport | SourceError], None] | None = None,
) -> RunResult | None:
    """Do the steps of a job and record each; None when it is not due or already runs.

    An error in a step is recorded, never raised. After a temporary error the run ends, as the
    next step would meet the same error; after a permanent one the other steps still run. When
    `budget` is used up before the last step, the job is due again at once.

    Args:
        is_by_hand: run the job although it is not due; an operator waits for it.
        on_step: called after each step with its report or its error.
    """
    began = clock()
    _add_rows([spec], began)
    claim = _claim(spec, began, is_by_hand)
    if claim is None:
        return None
    _mark_lost(claim, began)
    ends_at = began + budget if budget else None
    try:
        total = _run_steps(spec, claim, clock, ends_at, on_step)
    except _LeaseLostError:
        _log.warning("%s: another run has taken over; this one ends.", spec.name)
        return None
    return _finish(spec, claim, total, clock())


@dataclass(frozen=True, slots=True)
class _Claim:
    """The right to run a job, and the number of its failures in a row before this run."""

    job_id: int
    fence: uuid.UUID
    failures: int

    @property
    def row(self) -> QuerySet[Job]:
        """The job's row while the claim holds, else no row."""
        return Job.objects.filter(pk=self.job_id, fence=self.fence)

    def renew(self, now: datetime) -> None:
        if not self.row.update(lease_until=now + LEASE):
            raise _LeaseLostError


@dataclass(slots=True)
class _Total:
    """The sum of the steps so far."""

    report: FetchReport = field(default_factory=FetchReport)
    error: SourceError | None = None
    is_unfinished: bool = False


def _claim(spec: JobSpec, now: datetime, is_by_hand: bool) -> _Claim | None:
    fence = uuid.uuid4()
    rows = Job.objects.filter(_is_free(now), name=spec.name)
    if not is_by_hand:
        rows = rows.filter(_is_due(now))
    if not rows.update(fence=fence, lease_until=now + LEASE, is_by_hand=is_by_hand):
        return None
    job = Job.objects.get(name=spec.name)
    return _Claim(job.pk, fence, job.failures)


def _mark_lost(claim: _Claim, now: datetime) -> None:
    JobStep.objects.filter(job=claim.job_id, state=State.RUNNING).update(
        state=State.LOST, finished_at=now, error="it was stopped or killed before it ended"
    )


def _run_steps(
    spec: JobSpec,
    claim: _Claim,
    clock: Callable[[], datetime],
    ends_at: datetime | None,
    on_step: Callable[[Step, FetchReport | SourceError], None] | None,
) -> _Total:
    total = _Total()
    for step in _planned_steps(spec, clock()):
        now = clock()
        if ends_at and now >= ends_at:
            total.is_unfinished = True
            break
        claim.renew(now)
        report, error = _run_step(spec, claim, step, clock)
        total.report += report
        total.error = total.error or error
        if on_step:
            on_step(step, error or report)
        if error and not error.permanent:
            break
    return total


def _planned_steps(spec: JobSpec, now: datetime) -> Iterator[Step]:
    """The steps of a job. An error while they are planned becomes a step that fails with it."""
    try:
        yield from spec.steps(now)
    except Exception as error:  # noqa: BLE001 (see _run_step)
        failure = error
        yield Step(lambda: _raise(failure))


def _raise(error: Exception) -> FetchReport:
    raise error


def _run_step(
    spec: JobSpec, claim: _Claim, step: Step, clock: Callable[[], datetime]
) -> tuple[FetchReport, SourceError | None]:
    record = JobStep.objects.create(
        job_id=claim.job_id, source=spec.source, day=step.day, started_at=clock()
    )
    failure: SourceError | None
    try:
        report = step.work()
        failure = report.error
    except SourceError as error:
        report, failure = FetchReport(), error
    except Exception as error:  # noqa: BLE001 (any error: all other jobs must still run)
        _log.exception("%s: a step failed", spec.name)
        report, failure = FetchReport(), SourceError(_one_line(error), permanent=False)
    if spec.wakes and report.papers:
        # Before the step counts as done: an edition that waits for it waits for these as well.
        run_soon(spec.wakes, clock())
    _close(record, report, failure, clock())
    return report, failure


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _close(record: JobStep, report: FetchReport, error: SourceError | None, now: datetime) -> None:
    counts = {name: getattr(report, name) for name in COUNTS}
    record.counts = {name: count for name, count in counts.items() if count}
    record.state = State.FAILED if error else State.DONE
    record.error = str(error) if error else ""
    record.is_permanent = bool(error and error.permanent)
    record.finished_at = now
    record.save()


def _finish(spec: JobSpec, claim: _Claim, total: _Total, now: datetime) -> RunResult | None:
    """Free the job and store the result; None when another run has taken the job over."""
    failures = claim.failures + 1 if total.error else 0
    result = RunResult(
        total.report, total.error, total.is_unfinished, _next_run_at(spec, total, failures, now)
    )
    changes: dict[str, object] = {}
    if total.error:
        changes = {"last_error": str(total.error), "last_error_at": now}
    elif not total.is_unfinished:
        changes = {"last_success_at": now}
    is_ours = claim.row.update(
        fence=None, lease_until=None, next_run_at=result.next_run_at, failures=failures, **changes
    )
    return result if is_ours else None


def _next_run_at(spec: JobSpec, total: _Total, failures: int, now: datetime) -> datetime:
    if error := total.error:
        return after_failure(
            spec.slot, now, failures, permanent=error.permanent, retry_after=error.retry_after
        )
    return now if total.is_unfinished else spec.slot.next(now)
