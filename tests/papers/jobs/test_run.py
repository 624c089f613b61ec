"""Runs: at most one at a time, each recorded, none stopping another, missed ones made up once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from papers.jobs.fetching import Harvest
from papers.jobs.run import (
    BUDGET,
    LEASE,
    Outcome,
    due,
    is_busy,
    off_because,
    purge_runs,
    run,
    run_soon,
)
from papers.jobs.schedule import Line, Slot, Step
from papers.models import Job, SourceRun
from papers.sources import SourceError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
Work = Callable[[], Harvest]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> Harvest:
        self.now += by
        return Harvest(papers=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fine() -> Harvest:
    return Harvest(papers=3, new=2, signals=5)


def failing(reason: str = "it is down", **values: Any) -> Work:
    def work() -> Harvest:
        raise SourceError(reason, **{"permanent": False, **values})

    return work


def make_line(*works: Work, name: str = "lists", source: str = "", **values: Any) -> Line:
    def steps(_now: datetime) -> Iterator[Step]:
        for work in works or (fine,):
            yield Step(work)

    return Line(name=name, source=source, slot=Slot(40), what="x", steps=steps, **values)


def ran(line: Line, clock: Clock, **values: Any) -> Outcome:
    outcome = run(line, clock=clock, **values)
    assert outcome is not None
    return outcome


def records() -> list[tuple[str, str]]:
    return list(SourceRun.objects.order_by("id").values_list("state", "error"))


# ── a run and its record ─────────────────────────────────────────────────────


def test_a_run_is_recorded_with_what_it_brought(clock: Clock) -> None:
    outcome = ran(make_line(lambda: clock.move(HOUR / 60), fine, source="x"), clock)
    first, second = SourceRun.objects.order_by("id")
    assert (first.started_at, first.finished_at) == (NOW, NOW + HOUR / 60)
    assert second.counts == {"papers": 3, "new": 2, "signals": 5}
    assert second.state == "done"
    assert second.source == "x"
    assert outcome.harvest == Harvest(papers=4, new=2, signals=5)
    assert outcome.error is None


def test_a_job_that_ran_is_free_and_due_at_its_next_slot(clock: Clock) -> None:
    outcome = ran(make_line(), clock)
    job = Job.objects.get()
    assert job.next_run_at == outcome.next_run_at == NOW.replace(minute=40)
    assert (job.lease_until, job.fence, job.failures) == (None, None, 0)
    assert job.last_success_at == NOW


def test_a_job_that_is_not_due_is_left_alone(clock: Clock) -> None:
    ran(make_line(), clock)
    assert run(make_line(), clock=clock) is None
    assert SourceRun.objects.count() == 1


def test_an_operator_may_run_what_is_not_due(clock: Clock) -> None:
    ran(make_line(), clock)
    assert run(make_line(), clock=clock, is_by_hand=True) is not None


def test_a_failure_is_stored_in_words_and_tried_again_soon(clock: Clock) -> None:
    outcome = ran(make_line(failing("it is down", retry_after=None)), clock)
    job = Job.objects.get()
    assert records() == [("failed", "it is down")]
    assert (job.last_error, job.last_error_at, job.failures) == ("it is down", NOW, 1)
    assert job.last_success_at is None
    assert outcome.next_run_at == NOW + timedelta(minutes=5)


def test_failures_in_a_row_are_counted_until_a_success(clock: Clock) -> None:
    for failures in (1, 2, 3):
        ran(make_line(failing()), clock, is_by_hand=True)
        assert Job.objects.get().failures == failures
    ran(make_line(), clock, is_by_hand=True)
    job = Job.objects.get()
    assert job.failures == 0
    assert job.last_error == "it is down"  # history, with its date


def test_what_came_before_trouble_is_kept_in_the_record(clock: Clock) -> None:
    trouble = SourceError("the allowance is used up", permanent=False, retry_after=2700)
    outcome = ran(make_line(lambda: Harvest(papers=7, trouble=trouble)), clock)
    record = SourceRun.objects.get()
    assert (record.state, record.error) == ("failed", "the allowance is used up")
    assert record.counts == {"papers": 7}
    assert outcome.next_run_at == NOW + timedelta(minutes=45)


def test_a_mistake_of_ours_is_recorded_and_raises_nothing(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Harvest:
        raise KeyError("upvotes")

    ran(make_line(broken), clock)
    assert records() == [("failed", "KeyError: 'upvotes'")]
    assert "a step failed" in caplog.text


def test_steps_that_cannot_be_planned_are_a_failure_too(clock: Clock) -> None:
    def steps(_now: datetime) -> Iterator[Step]:
        yield Step(fine)
        raise SourceError("ARXIV_URL is no https address", permanent=True)

    line = Line(name="lists", source="", slot=Slot(40), what="x", steps=steps)
    outcome = ran(line, clock)
    assert records() == [("done", ""), ("failed", "ARXIV_URL is no https address")]
    assert outcome.next_run_at == NOW.replace(minute=40)


# ── several steps ────────────────────────────────────────────────────────────


def test_a_failure_that_may_pass_ends_the_run(clock: Clock) -> None:
    ran(make_line(fine, failing(), fine), clock)
    assert [state for state, _ in records()] == ["done", "failed"]


def test_after_a_permanent_failure_the_other_steps_have_their_chance(clock: Clock) -> None:
    outcome = ran(make_line(failing("of another form", permanent=True), fine), clock)
    assert [state for state, _ in records()] == ["failed", "done"]
    assert str(outcome.error) == "of another form"
    assert SourceRun.objects.filter(is_permanent=True).count() == 1
    assert Job.objects.get().last_success_at is None


def test_a_run_that_is_out_of_time_goes_on_at_once(clock: Clock) -> None:
    slow = [lambda: clock.move(BUDGET / 2)] * 5
    outcome = ran(make_line(*slow), clock)
    assert outcome.is_unfinished
    assert SourceRun.objects.count() == 2
    assert due([make_line()], clock.now) != []
    assert Job.objects.get().last_success_at is None


def test_a_run_by_hand_may_take_all_the_time_it_needs(clock: Clock) -> None:
    slow = [lambda: clock.move(BUDGET)] * 5
    outcome = ran(make_line(*slow), clock, budget=None, is_by_hand=True)
    assert not outcome.is_unfinished
    assert SourceRun.objects.count() == 5


def test_who_waits_hears_of_each_step(clock: Clock) -> None:
    heard: list[Harvest | SourceError] = []
    line = make_line(fine, failing("no", permanent=True))
    ran(line, clock, told=lambda _step, came: heard.append(came))
    assert heard[0] == fine()
    assert str(heard[1]) == "no"


# ── one at a time ────────────────────────────────────────────────────────────


def test_while_a_job_runs_nobody_else_runs_it(clock: Clock) -> None:
    tried: list[object] = []

    def meanwhile() -> Harvest:
        tried.append(run(make_line(), clock=clock, is_by_hand=True))
        tried.append(due([make_line()], clock.now))
        assert is_busy(clock.now)
        return fine()

    ran(make_line(meanwhile), clock)
    assert tried == [None, []]
    assert not is_busy(clock.now)


def test_a_long_run_keeps_its_lease_from_step_to_step(clock: Clock) -> None:
    tried: list[object] = []

    def meanwhile() -> Harvest:
        clock.move(LEASE * 0.9)
        tried.append(run(make_line(), clock=clock, is_by_hand=True))
        return fine()

    ran(make_line(meanwhile, meanwhile, meanwhile), clock, budget=None, is_by_hand=True)
    assert tried == [None, None, None]


def test_a_run_by_hand_keeps_no_worker_from_other_jobs(clock: Clock) -> None:
    def meanwhile() -> Harvest:
        assert not is_busy(clock.now)
        return fine()

    assert ran(make_line(meanwhile), clock, is_by_hand=True).error is None


def test_a_killed_run_is_marked_as_lost_and_done_again_when_its_lease_is_over(
    clock: Clock,
) -> None:
    def killed() -> Harvest:
        raise KeyboardInterrupt  # nothing after it runs, as after a kill

    with pytest.raises(KeyboardInterrupt):
        run(make_line(killed), clock=clock)
    assert run(make_line(), clock=clock) is None
    clock.move(LEASE)
    ran(make_line(), clock)
    assert records() == [("lost", "it was stopped or killed before it ended"), ("done", "")]


def test_who_lost_the_lease_stops_and_writes_nothing_over_the_other_s_words(clock: Clock) -> None:
    def slept() -> Harvest:
        clock.move(LEASE + HOUR)
        ran(make_line(failing("the other's words")), clock)
        return fine()

    assert run(make_line(slept, fine), clock=clock) is None
    job = Job.objects.get()
    assert job.last_error == "the other's words"
    assert job.last_success_at is None


# ── what is due ──────────────────────────────────────────────────────────────


def test_new_jobs_are_due_at_once_in_the_order_of_the_timetable(clock: Clock) -> None:
    lines = [make_line(name=name) for name in ("b", "a", "c")]
    assert [line.name for line in due(lines, NOW)] == ["b", "a", "c"]
    Job.objects.filter(name="c").update(next_run_at=NOW - HOUR)
    assert [line.name for line in due(lines, NOW)] == ["c", "b", "a"]


def test_after_five_hours_without_beat_each_job_runs_once(clock: Clock) -> None:
    lines = [make_line(name="a"), make_line(failing(), name="b"), make_line(name="c")]
    for line in lines:
        ran(line, clock)
    SourceRun.objects.all().delete()
    clock.move(5 * HOUR)
    while waiting := due(lines, clock.now):
        ran(waiting[0], clock)
    assert sorted(SourceRun.objects.values_list("job__name", flat=True)) == ["a", "b", "c"]
    assert {job.next_run_at > clock.now for job in Job.objects.all()} == {True}


def test_a_job_whose_source_is_off_is_never_due_but_has_a_row(settings: Any) -> None:
    settings.SOURCES = ["arxiv"]
    lines = [make_line(name="a", source="arxiv"), make_line(name="g", source="github")]
    assert [line.name for line in due(lines, NOW)] == ["a"]
    assert Job.objects.count() == 2


def test_off_says_why(settings: Any) -> None:
    settings.SOURCES = ["arxiv"]
    settings.ARXIV_CATEGORIES = []
    assert off_because(make_line(source="github")) == "SOURCES does not name github"
    needy = make_line(source="arxiv", needs="ARXIV_CATEGORIES")
    assert off_because(needy) == "ARXIV_CATEGORIES is empty"
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    assert off_because(needy) == ""


def test_run_soon_makes_a_job_due(clock: Clock) -> None:
    line = make_line()
    ran(line, clock)
    assert due([line], clock.now) == []
    assert run_soon(["lists"], clock.now) == 1
    assert due([line], clock.now) == [line]


def test_old_records_are_forgotten(clock: Clock, settings: Any) -> None:
    settings.RUN_RETENTION_DAYS = 90
    ran(make_line(), clock)
    clock.move(timedelta(days=60))
    ran(make_line(), clock)
    assert purge_runs(NOW + timedelta(days=91)) == 1
    assert SourceRun.objects.get().started_at == clock.now
