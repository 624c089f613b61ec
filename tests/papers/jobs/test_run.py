"""Runs of jobs: one at a time, each step recorded, no error stops another job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from papers.jobs.fetching import FetchReport
from papers.jobs.run import (
    BUDGET,
    LEASE,
    RunResult,
    disabled_reason,
    due,
    is_busy,
    purge_job_steps,
    run,
    run_soon,
)
from papers.jobs.schedule import JobSpec, Slot, Step
from papers.models import Job, JobStep
from papers.sources import SourceError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
Work = Callable[[], FetchReport]


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> FetchReport:
        self.now += by
        return FetchReport(papers=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fine() -> FetchReport:
    return FetchReport(papers=3, new=2, signals=5)


def failing(reason: str = "it is down", **values: Any) -> Work:
    def work() -> FetchReport:
        raise SourceError(reason, **{"permanent": False, **values})

    return work


def make_spec(*works: Work, name: str = "lists", source: str = "", **values: Any) -> JobSpec:
    def steps(_now: datetime) -> Iterator[Step]:
        for work in works or (fine,):
            yield Step(work)

    return JobSpec(name=name, source=source, slot=Slot(40), what="x", steps=steps, **values)


def ran(spec: JobSpec, clock: Clock, **values: Any) -> RunResult:
    result = run(spec, clock=clock, **values)
    assert result is not None
    return result


def records() -> list[tuple[str, str]]:
    return list(JobStep.objects.order_by("id").values_list("state", "error"))


# ── a run and its record ─────────────────────────────────────────────────────


def test_a_run_records_each_step_with_its_counts(clock: Clock) -> None:
    result = ran(make_spec(lambda: clock.move(HOUR / 60), fine, source="x"), clock)
    first, second = JobStep.objects.order_by("id")
    assert (first.started_at, first.finished_at) == (NOW, NOW + HOUR / 60)
    assert second.counts == {"papers": 3, "new": 2, "signals": 5}
    assert second.state == "done"
    assert second.source == "x"
    assert result.report == FetchReport(papers=4, new=2, signals=5)
    assert result.error is None


def test_what_was_left_out_is_counted_in_the_record(clock: Clock) -> None:
    ran(make_spec(lambda: FetchReport(papers=4, left_out=2, fields_left_out=1)), clock)
    counts = {"papers": 4, "left_out": 2, "fields_left_out": 1}
    assert JobStep.objects.get().counts == counts


def test_a_finished_job_is_free_and_due_at_its_next_slot(clock: Clock) -> None:
    result = ran(make_spec(), clock)
    job = Job.objects.get()
    assert job.next_run_at == result.next_run_at == NOW.replace(minute=40)
    assert (job.lease_until, job.fence, job.failures) == (None, None, 0)
    assert job.last_success_at == NOW


def test_a_job_that_is_not_due_does_not_run(clock: Clock) -> None:
    ran(make_spec(), clock)
    assert run(make_spec(), clock=clock) is None
    assert JobStep.objects.count() == 1


def test_an_operator_runs_a_job_that_is_not_due(clock: Clock) -> None:
    ran(make_spec(), clock)
    assert run(make_spec(), clock=clock, is_by_hand=True) is not None


def test_a_failure_is_stored_and_tried_again_soon(clock: Clock) -> None:
    result = ran(make_spec(failing("it is down", retry_after=None)), clock)
    job = Job.objects.get()
    assert records() == [("failed", "it is down")]
    assert (job.last_error, job.last_error_at, job.failures) == ("it is down", NOW, 1)
    assert job.last_success_at is None
    assert result.next_run_at == NOW + timedelta(minutes=5)


def test_failures_in_a_row_are_counted_until_a_success(clock: Clock) -> None:
    for failures in (1, 2, 3):
        ran(make_spec(failing()), clock, is_by_hand=True)
        assert Job.objects.get().failures == failures
    ran(make_spec(), clock, is_by_hand=True)
    job = Job.objects.get()
    assert job.failures == 0
    assert job.last_error == "it is down"  # the last error stays, with its date


def test_the_record_of_a_failure_keeps_what_was_stored_before(clock: Clock) -> None:
    spent = SourceError("the quota is used up", permanent=False, retry_after=2700)
    result = ran(make_spec(lambda: FetchReport(papers=7, error=spent)), clock)
    record = JobStep.objects.get()
    assert (record.state, record.error) == ("failed", "the quota is used up")
    assert record.counts == {"papers": 7}
    assert result.next_run_at == NOW + timedelta(minutes=45)


def test_an_exception_in_a_step_is_recorded_and_not_raised(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> FetchReport:
        raise KeyError("upvotes")

    ran(make_spec(broken), clock)
    assert records() == [("failed", "KeyError: 'upvotes'")]
    assert "a step failed" in caplog.text


def test_an_exception_between_steps_is_recorded(clock: Clock) -> None:
    def steps(_now: datetime) -> Iterator[Step]:
        yield Step(fine)
        raise SourceError("ARXIV_URL is no https address", permanent=True)

    spec = JobSpec(name="lists", source="", slot=Slot(40), what="x", steps=steps)
    result = ran(spec, clock)
    assert records() == [("done", ""), ("failed", "ARXIV_URL is no https address")]
    assert result.next_run_at == NOW.replace(minute=40)


# ── several steps ────────────────────────────────────────────────────────────


def test_a_temporary_failure_ends_the_run(clock: Clock) -> None:
    ran(make_spec(fine, failing(), fine), clock)
    assert [state for state, _ in records()] == ["done", "failed"]


def test_after_a_permanent_failure_the_other_steps_run(clock: Clock) -> None:
    result = ran(make_spec(failing("of another form", permanent=True), fine), clock)
    assert [state for state, _ in records()] == ["failed", "done"]
    assert str(result.error) == "of another form"
    assert JobStep.objects.filter(is_permanent=True).count() == 1
    assert Job.objects.get().last_success_at is None


def test_a_run_that_used_up_its_budget_is_due_at_once(clock: Clock) -> None:
    slow = [lambda: clock.move(BUDGET / 2)] * 5
    result = ran(make_spec(*slow), clock)
    assert result.is_unfinished
    assert JobStep.objects.count() == 2
    assert due([make_spec()], clock.now) != []
    assert Job.objects.get().last_success_at is None


def test_a_run_without_a_budget_does_all_its_steps(clock: Clock) -> None:
    slow = [lambda: clock.move(BUDGET)] * 5
    result = ran(make_spec(*slow), clock, budget=None, is_by_hand=True)
    assert not result.is_unfinished
    assert JobStep.objects.count() == 5


def test_it_reports_each_step_to_its_caller(clock: Clock) -> None:
    reported: list[FetchReport | SourceError] = []
    spec = make_spec(fine, failing("no", permanent=True))
    ran(spec, clock, on_step=lambda _step, result: reported.append(result))
    assert reported[0] == fine()
    assert [str(error) for error in reported[1:]] == ["no"]


# ── one at a time ────────────────────────────────────────────────────────────


def test_a_job_that_runs_is_not_started_twice(clock: Clock) -> None:
    tried: list[object] = []

    def meanwhile() -> FetchReport:
        tried.append(run(make_spec(), clock=clock, is_by_hand=True))
        tried.append(due([make_spec()], clock.now))
        assert is_busy(clock.now)
        return fine()

    ran(make_spec(meanwhile), clock)
    assert tried == [None, []]
    assert not is_busy(clock.now)


def test_each_step_renews_the_lease(clock: Clock) -> None:
    tried: list[object] = []

    def meanwhile() -> FetchReport:
        clock.move(LEASE * 0.9)
        tried.append(run(make_spec(), clock=clock, is_by_hand=True))
        return fine()

    ran(make_spec(meanwhile, meanwhile, meanwhile), clock, budget=None, is_by_hand=True)
    assert tried == [None, None, None]


def test_a_run_by_hand_does_not_make_the_workers_busy(clock: Clock) -> None:
    def meanwhile() -> FetchReport:
        assert not is_busy(clock.now)
        return fine()

    assert ran(make_spec(meanwhile), clock, is_by_hand=True).error is None


def test_a_killed_run_is_marked_lost_and_repeated_after_its_lease(clock: Clock) -> None:
    def killed() -> FetchReport:
        raise KeyboardInterrupt  # no handler runs after it, as after a kill

    with pytest.raises(KeyboardInterrupt):
        run(make_spec(killed), clock=clock)
    assert run(make_spec(), clock=clock) is None
    clock.move(LEASE)
    ran(make_spec(), clock)
    assert records() == [("lost", "it was stopped or killed before it ended"), ("done", "")]


def test_a_run_that_lost_its_lease_writes_nothing_to_the_job(clock: Clock) -> None:
    def slow() -> FetchReport:
        clock.move(LEASE + HOUR)
        ran(make_spec(failing("the error of the other run")), clock)
        return fine()

    assert run(make_spec(slow, fine), clock=clock) is None
    job = Job.objects.get()
    assert job.last_error == "the error of the other run"
    assert job.last_success_at is None


# ── what is due ──────────────────────────────────────────────────────────────


def test_new_jobs_are_due_in_the_order_of_the_timetable(clock: Clock) -> None:
    specs = [make_spec(name=name) for name in ("b", "a", "c")]
    assert [spec.name for spec in due(specs, NOW)] == ["b", "a", "c"]
    Job.objects.filter(name="c").update(next_run_at=NOW - HOUR)
    assert [spec.name for spec in due(specs, NOW)] == ["c", "b", "a"]


def test_after_five_hours_without_beat_each_job_runs_once(clock: Clock) -> None:
    specs = [make_spec(name="a"), make_spec(failing(), name="b"), make_spec(name="c")]
    for spec in specs:
        ran(spec, clock)
    JobStep.objects.all().delete()
    clock.move(5 * HOUR)
    while waiting := due(specs, clock.now):
        ran(waiting[0], clock)
    assert sorted(JobStep.objects.values_list("job__name", flat=True)) == ["a", "b", "c"]
    assert {job.next_run_at > clock.now for job in Job.objects.all()} == {True}


def test_a_job_of_a_disabled_source_is_never_due(settings: Any) -> None:
    settings.SOURCES = ["arxiv"]
    specs = [make_spec(name="a", source="arxiv"), make_spec(name="g", source="github")]
    assert [spec.name for spec in due(specs, NOW)] == ["a"]
    assert Job.objects.count() == 2


def test_the_reason_names_the_setting_that_disables_a_job(settings: Any) -> None:
    settings.SOURCES = ["arxiv"]
    settings.ARXIV_CATEGORIES = []
    assert disabled_reason(make_spec(source="github")) == "SOURCES does not name github"
    announcements = make_spec(source="arxiv", needs="ARXIV_CATEGORIES")
    assert disabled_reason(announcements) == "ARXIV_CATEGORIES is empty"
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    assert disabled_reason(announcements) == ""


def test_run_soon_makes_a_job_due(clock: Clock) -> None:
    spec = make_spec()
    ran(spec, clock)
    assert due([spec], clock.now) == []
    assert run_soon(["lists"], clock.now) == 1
    assert due([spec], clock.now) == [spec]


def test_old_records_are_deleted(clock: Clock, settings: Any) -> None:
    settings.RUN_RETENTION_DAYS = 90
    ran(make_spec(), clock)
    clock.move(timedelta(days=60))
    ran(make_spec(), clock)
    assert purge_job_steps(NOW + timedelta(days=91)) == 1
    assert JobStep.objects.get().started_at == clock.now


def test_a_run_that_a_clock_ahead_has_put_off_is_due() -> None:
    spec = make_spec()
    due([spec], NOW)
    Job.objects.update(next_run_at=NOW + timedelta(days=2))
    assert due([spec], NOW) == []
    Job.objects.update(next_run_at=NOW + timedelta(days=400), lease_until=NOW + timedelta(days=400))
    assert due([spec], NOW) == [spec]
    run(spec, clock=lambda: NOW)
    assert Job.objects.get().next_run_at < NOW + timedelta(days=2)


# ── jobs that follow ─────────────────────────────────────────────────────────


def follower(clock: Clock) -> Job:
    due([make_spec(name="vectors")], clock())
    Job.objects.update(next_run_at=NOW + HOUR)
    return Job.objects.get(name="vectors")


def test_a_step_that_stored_papers_makes_the_jobs_due_that_follow(clock: Clock) -> None:
    job = follower(clock)
    ran(make_spec(wakes=("vectors",)), clock)
    job.refresh_from_db()
    assert job.next_run_at == NOW


def test_a_job_that_follows_is_due_before_the_step_counts_as_done(clock: Clock) -> None:
    """Else an edition could be composed in between."""
    follower(clock)
    states: list[tuple[str, datetime]] = []

    def done(_step: Step, _result: object) -> None:
        states.append((JobStep.objects.get().state, Job.objects.get(name="vectors").next_run_at))

    def watched() -> datetime:
        if JobStep.objects.filter(state="done").exists():
            assert Job.objects.get(name="vectors").next_run_at == NOW
        return NOW

    assert run(make_spec(wakes=("vectors",)), clock=watched, on_step=done) is not None
    assert states == [("done", NOW)]


@pytest.mark.parametrize("work", [failing(), FetchReport])
def test_a_step_without_papers_wakes_no_job(clock: Clock, work: Work) -> None:
    job = follower(clock)
    ran(make_spec(work, wakes=("vectors",)), clock)
    job.refresh_from_db()
    assert job.next_run_at == NOW + HOUR
