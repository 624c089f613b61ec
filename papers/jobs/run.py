"""Run: do a job of the timetable, at most once at a time on all machines, and record how it went.

The row of the job says when it is due. Whoever runs it first takes a lease on that row, so that
others leave it alone, and writes only while the lease is its own. A run that was killed
leaves a lease that expires and a step that never ended; the next run marks that as lost and
does the work again, which every step allows. Missed slots are not repeated: what was missed is
for the steps to find out, from what is stored.
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

from papers.jobs.fetching import Harvest
from papers.jobs.schedule import Line, Step, after_failure
from papers.models import Job, SourceRun
from papers.sources import SourceError

BUDGET: Final = timedelta(seconds=180)  # no step begins later: a task's time is limited
LEASE: Final = timedelta(seconds=330)  # after each step anew; longer than a task can live
COUNTS: Final = ("papers", "new", "signals", "unknown")
_log = logging.getLogger(__name__)
State = SourceRun.State


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went: what its steps brought, its first error, and when the job runs next."""

    harvest: Harvest
    error: SourceError | None
    is_unfinished: bool
    next_run_at: datetime


class _LeaseLostError(Exception):
    """Another run has taken the job over."""


# ── what is due ──────────────────────────────────────────────────────────────


def off_because(line: Line) -> str:
    """Why the job is off; empty when it is on."""
    if line.source and line.source not in settings.SOURCES:
        return f"SOURCES does not name {line.source}"
    if line.needs and not getattr(settings, line.needs):
        return f"{line.needs} is empty"
    return ""


def due(lines: Iterable[Line], now: datetime) -> list[Line]:
    """The jobs to run at `now`, those waiting longest first, else in the order of `lines`.

    New ones get a row, and are due. Whatever is due is due once, however often it was missed.
    """
    lines = list(lines)
    _add_rows(lines, now)
    on = {line.name: line for line in lines if not off_because(line)}
    order = {line.name: place for place, line in enumerate(lines)}
    jobs = Job.objects.filter(_is_free(now), name__in=on, next_run_at__lte=now)
    since = dict(jobs.values_list("name", "next_run_at"))
    return sorted(
        (on[name] for name in since), key=lambda line: (since[line.name], order[line.name])
    )


def is_busy(now: datetime) -> bool:
    """Whether a worker is at a job. One at a time leaves the others to the mail."""
    return Job.objects.filter(lease_until__gt=now, is_by_hand=False).exists()


def run_soon(names: Iterable[str], now: datetime) -> int:
    """Make jobs due at once; how many. The next minute's look at the timetable finds them."""
    return Job.objects.filter(name__in=names).update(next_run_at=now)


def purge_runs(now: datetime) -> int:
    """Delete the records of runs older than `RUN_RETENTION_DAYS`; how many."""
    before = now - timedelta(days=settings.RUN_RETENTION_DAYS)
    return SourceRun.objects.filter(started_at__lt=before).delete()[0]


def _add_rows(lines: Iterable[Line], now: datetime) -> None:
    known = set(Job.objects.values_list("name", flat=True))
    missing = [line for line in lines if line.name not in known]
    rows = [Job(name=line.name, source=line.source, next_run_at=now) for line in missing]
    Job.objects.bulk_create(rows, ignore_conflicts=True)


def _is_free(now: datetime) -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lte=now)


# ── a run ────────────────────────────────────────────────────────────────────


def run(
    line: Line,
    *,
    clock: Callable[[], datetime] = timezone.now,
    budget: timedelta | None = BUDGET,
    is_by_hand: bool = False,
    told: Callable[[Step, Harvest | SourceError], None] | None = None,
) -> Outcome | None:
    """Do the steps of a job and record each; None when it is not due, or somebody is at it.

    Whatever goes wrong in a step is recorded, never raised. A failure that may pass ends the
    run, as the next step would meet it too; after a permanent one the others still have
    their chance. What is left when `budget` is used up makes the job due again at once.

    Args:
        is_by_hand: run it though it is not due; an operator waits for it.
        told: hears of each step when it has ended.
    """
    began = clock()
    _add_rows([line], began)
    claim = _claim(line, began, is_by_hand)
    if claim is None:
        return None
    _mark_lost(claim, began)
    ends_at = began + budget if budget else None
    try:
        done = _do_steps(line, claim, clock, ends_at, told)
    except _LeaseLostError:
        _log.warning("%s: another run has taken over; this one ends.", line.name)
        return None
    return _finish(line, claim, done, clock())


@dataclass(frozen=True, slots=True)
class _Claim:
    """The right to run a job, and how often it had failed in a row before."""

    job_id: int
    fence: uuid.UUID
    failures: int

    @property
    def row(self) -> QuerySet[Job]:
        """The job's row while the claim holds, else no row."""
        return Job.objects.filter(pk=self.job_id, fence=self.fence)

    def prolong(self, now: datetime) -> None:
        if not self.row.update(lease_until=now + LEASE):
            raise _LeaseLostError


@dataclass(slots=True)
class _Done:
    """What the steps of a run have come to so far."""

    harvest: Harvest = field(default_factory=Harvest)
    error: SourceError | None = None
    is_unfinished: bool = False


def _claim(line: Line, now: datetime, is_by_hand: bool) -> _Claim | None:
    fence = uuid.uuid4()
    rows = Job.objects.filter(_is_free(now), name=line.name)
    if not is_by_hand:
        rows = rows.filter(next_run_at__lte=now)
    if not rows.update(fence=fence, lease_until=now + LEASE, is_by_hand=is_by_hand):
        return None
    job = Job.objects.get(name=line.name)
    return _Claim(job.pk, fence, job.failures)


def _mark_lost(claim: _Claim, now: datetime) -> None:
    SourceRun.objects.filter(job=claim.job_id, state=State.RUNNING).update(
        state=State.LOST, finished_at=now, error="it was stopped or killed before it ended"
    )


def _do_steps(
    line: Line,
    claim: _Claim,
    clock: Callable[[], datetime],
    ends_at: datetime | None,
    told: Callable[[Step, Harvest | SourceError], None] | None,
) -> _Done:
    done = _Done()
    for step in _asked_for(line, clock()):
        now = clock()
        if ends_at and now >= ends_at:
            done.is_unfinished = True
            break
        claim.prolong(now)
        harvest, error = _do(line, claim, step, clock)
        done.harvest += harvest
        done.error = done.error or error
        if told:
            told(step, error or harvest)
        if error and not error.permanent:
            break
    return done


def _asked_for(line: Line, now: datetime) -> Iterator[Step]:
    """The steps of a job. Where they cannot even be planned, a step that fails says why."""
    try:
        yield from line.steps(now)
    except Exception as error:  # noqa: BLE001 (see _do)
        failure = error
        yield Step(lambda: _raise(failure))


def _raise(error: Exception) -> Harvest:
    raise error


def _do(
    line: Line, claim: _Claim, step: Step, clock: Callable[[], datetime]
) -> tuple[Harvest, SourceError | None]:
    record = SourceRun.objects.create(
        job_id=claim.job_id, source=line.source, day=step.day, started_at=clock()
    )
    failure: SourceError | None
    try:
        harvest = step.work()
        failure = harvest.trouble
    except SourceError as error:
        harvest, failure = Harvest(), error
    except Exception as error:  # noqa: BLE001 (whatever it is: all other jobs must run)
        _log.exception("%s: a step failed", line.name)
        harvest, failure = Harvest(), SourceError(_in_words(error), permanent=False)
    _close(record, harvest, failure, clock())
    return harvest, failure


def _in_words(error: Exception) -> str:
    said = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _close(record: SourceRun, harvest: Harvest, error: SourceError | None, now: datetime) -> None:
    counts = {name: getattr(harvest, name) for name in COUNTS}
    record.counts = {name: count for name, count in counts.items() if count}
    record.state = State.FAILED if error else State.DONE
    record.error = str(error) if error else ""
    record.is_permanent = bool(error and error.permanent)
    record.finished_at = now
    record.save()


def _finish(line: Line, claim: _Claim, done: _Done, now: datetime) -> Outcome | None:
    """Free the job and write what became of it; None when another run has taken it over."""
    failures = claim.failures + 1 if done.error else 0
    outcome = Outcome(
        done.harvest, done.error, done.is_unfinished, _next_run_at(line, done, failures, now)
    )
    changes: dict[str, object] = {}
    if done.error:
        changes = {"last_error": str(done.error), "last_error_at": now}
    elif not done.is_unfinished:
        changes = {"last_success_at": now}
    is_ours = claim.row.update(
        fence=None, lease_until=None, next_run_at=outcome.next_run_at, failures=failures, **changes
    )
    return outcome if is_ours else None


def _next_run_at(line: Line, done: _Done, failures: int, now: datetime) -> datetime:
    if error := done.error:
        return after_failure(
            line.slot, now, failures, permanent=error.permanent, retry_after=error.retry_after
        )
    return now if done.is_unfinished else line.slot.next(now)
