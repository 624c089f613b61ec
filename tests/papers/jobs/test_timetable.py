"""The jobs that run by themselves: what they ask, in which order, and what they make up for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app

from fakes.arxiv import entry, feed
from fakes.web_service import PAGE, Play, StandIn, says, stand_in
from papers.jobs.run import due, run
from papers.jobs.timetable import BY_NAME, DAILY_LISTS, LINES, SOURCES
from papers.models import Job, Paper, SourceRun, Trend
from papers.sources.http import Limits
from papers.tasks import run_due, run_job
from tests.factories import make_paper, make_signal, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
TODAY = NOW.date()
LISTS = "/api/daily_papers"


@pytest.fixture
def live(settings: Any) -> Iterator[StandIn]:
    """One server that stands in for all four services; all are on."""
    with stand_in() as server:
        for name in ("HUGGING_FACE", "ARXIV", "SEMANTIC_SCHOLAR", "GITHUB"):
            setattr(settings, f"{name}_URL", server.url)
        settings.ARXIV_FEED_URL = server.url
        settings.ARXIV_REST_SECONDS = 0.001
        settings.SOURCES = list(SOURCES)
        settings.BACKFILL_DAYS = 4
        server.plays(LISTS, says([]))
        server.plays("/api/query", Play(body=feed()))
        server.plays("/graph/v1/paper/batch", says([None]))
        yield server


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the jobs that were rung for."""
    names: list[str] = []
    monkeypatch.setattr(run_job, "apply_async", lambda args, **_: names.append(args[0]))
    return names


def read_lists(now: datetime) -> None:
    assert run(BY_NAME[DAILY_LISTS], clock=lambda: now, is_by_hand=True) is not None


def asked_days(server: StandIn) -> list[str]:
    return [asked.query["date"] for asked in server.asked if asked.path == LISTS]


def row(identity: str) -> dict[str, Any]:
    return {"paper": {"id": identity, "title": f"On {identity}", "upvotes": 3}}


# ── the timetable ────────────────────────────────────────────────────────────


def test_names_are_distinct_and_fit_their_column() -> None:
    assert len(BY_NAME) == len(LINES)
    for name in BY_NAME:
        assert re.fullmatch("[a-z_]{1,40}", name)


def test_no_two_jobs_begin_in_the_same_minute() -> None:
    assert len({line.slot.minute for line in LINES}) == len(LINES)


def test_arxiv_is_left_alone_when_it_is_down_after_midnight() -> None:
    minutes = [line.slot.minute for line in LINES if line.source == "arxiv"]
    assert minutes
    assert min(minutes) > 31


def test_beat_looks_at_the_timetable_each_tick(settings: Any) -> None:
    entry = current_app.conf.beat_schedule["sources"]
    assert entry == {"task": run_due.name, "schedule": settings.TICK_SECONDS}


def test_no_source_is_asked_unless_the_settings_name_it(settings: Any) -> None:
    settings.SOURCES = []
    assert {line.source for line in due(LINES, NOW)} == {""}


# ── daily lists ──────────────────────────────────────────────────────────────


def test_the_first_run_reads_today_and_the_days_before_newest_first(live: StandIn) -> None:
    read_lists(NOW)
    assert asked_days(live) == [str(TODAY - timedelta(days=ago)) for ago in range(5)]


def test_a_day_that_is_over_and_read_is_not_read_again(live: StandIn) -> None:
    read_lists(NOW)
    live.asked.clear()
    read_lists(NOW + timedelta(hours=1))
    assert asked_days(live) == [str(TODAY)]


def test_a_list_read_while_its_day_lasted_is_read_once_more_when_it_is_over(live: StandIn) -> None:
    read_lists(NOW)
    live.asked.clear()
    tomorrow = NOW + timedelta(days=1)
    read_lists(tomorrow)
    assert asked_days(live) == [str(tomorrow.date()), str(TODAY)]


def test_lists_that_were_missed_are_made_up_for_by_their_dates(live: StandIn) -> None:
    read_lists(NOW)
    live.asked.clear()
    later = NOW + timedelta(days=3)
    live.plays(LISTS, says([row("2611.00004")]), says([row("2611.00003")]), says([]))
    read_lists(later)
    assert asked_days(live) == [f"2026-11-{day}" for day in (26, 25, 24, 23)]
    listed = dict(Paper.objects.values_list("arxiv_id", "listed_on"))
    assert listed == {"2611.00004": date(2026, 11, 26), "2611.00003": date(2026, 11, 25)}


def test_a_day_that_failed_is_owed_until_it_is_read(live: StandIn) -> None:
    live.plays(LISTS, says([]), says([{"paper": {}}]), says([]))
    read_lists(NOW)
    assert SourceRun.objects.get(state="failed").day == TODAY - timedelta(days=1)
    live.asked.clear()
    live.plays(LISTS, says([]))
    read_lists(NOW + timedelta(minutes=1))
    assert asked_days(live) == [str(TODAY), str(TODAY - timedelta(days=1))]


# ── arXiv ────────────────────────────────────────────────────────────────────


def test_metadata_goes_on_until_no_paper_waits(live: StandIn) -> None:
    for number in range(230):
        make_paper(arxiv_id=f"2611.{number:05}", listed_on=TODAY)
    outcome = run(BY_NAME["metadata"], clock=lambda: NOW, is_by_hand=True)
    assert outcome is not None
    assert outcome.harvest.unknown == 230
    assert [asked.query["max_results"] for asked in live.asked] == ["100", "100", "30"]
    assert SourceRun.objects.filter(state="done").count() == 3


def test_without_papers_that_wait_arxiv_is_not_asked(live: StandIn) -> None:
    outcome = run(BY_NAME["metadata"], clock=lambda: NOW, is_by_hand=True)
    assert outcome is not None
    assert outcome.error is None
    assert live.asked == []
    assert Job.objects.get().last_success_at == NOW


def test_announcements_are_off_without_categories(live: StandIn, settings: Any) -> None:
    settings.ARXIV_CATEGORIES = []
    assert BY_NAME["announcements"] not in due(LINES, NOW)
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    assert BY_NAME["announcements"] in due(LINES, NOW)


# ── our own tables ───────────────────────────────────────────────────────────


def test_ranking_gives_new_papers_topics_and_scores_what_is_open_today() -> None:
    topic = make_topic("Walruses", categories=["cs.LG"])
    paper = make_paper(listed_on=TODAY, categories=["cs.LG"])
    make_signal(paper, 9, read_at=NOW)
    outcome = run(BY_NAME["ranking"], clock=lambda: NOW)
    assert outcome is not None
    assert outcome.harvest.papers == 1
    assert topic in paper.topics.all()
    assert set(Trend.objects.values_list("window", "day")) == {
        ("day", TODAY),
        ("week", TODAY),
        ("month", TODAY),
    }


def test_the_purge_forgets_old_records_of_runs(settings: Any) -> None:
    settings.RUN_RETENTION_DAYS = 30
    run(BY_NAME["ranking"], clock=lambda: NOW - timedelta(days=31))
    run(BY_NAME["purge"], clock=lambda: NOW)
    assert list(SourceRun.objects.values_list("job__name", "state")) == [("purge", "done")]


# ── all of them ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("down", [LISTS, "/api/query", "/repos/a/b", "/graph/v1/paper/batch"])
def test_one_source_that_fails_stops_no_other(
    live: StandIn, down: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papers.jobs.timetable.RUN", Limits(attempts=1))
    make_paper(arxiv_id="2611.00001", listed_on=TODAY, code_url="https://github.com/a/b")
    live.plays("/api/query", Play(body=feed(entry("2611.00001"))))
    live.plays("/repos/a/b", says({"full_name": "a/b", "stargazers_count": 3}))
    live.plays(down, PAGE)
    lines = due(LINES, NOW)
    for line in lines:
        run(line, clock=lambda: NOW)
    failed = set(Job.objects.filter(failures=1).values_list("source", flat=True))
    asked = {
        LISTS: "hugging_face",
        "/api/query": "arxiv",
        "/repos/a/b": "github",
        "/graph/v1/paper/batch": "semantic_scholar",
    }
    assert failed == {asked[down]}
    fine = Job.objects.exclude(name="announcements").filter(last_success_at=NOW)
    assert {line.source for line in lines} - set(fine.values_list("source", flat=True)) == failed
    for record in SourceRun.objects.filter(state="failed"):
        assert "answered 502: Bad gateway" in record.error


# ── bells ────────────────────────────────────────────────────────────────────


@time_machine.travel(NOW, tick=False)
def test_a_tick_rings_for_the_job_that_waits_longest(rung: list[str], settings: Any) -> None:
    settings.SOURCES = []
    run_due()
    Job.objects.filter(name="purge").update(next_run_at=NOW - timedelta(hours=1))
    run_due()
    assert rung == ["ranking", "purge"]


@time_machine.travel(NOW, tick=False)
def test_each_job_rings_for_the_next_until_none_is_due(rung: list[str], settings: Any) -> None:
    settings.SOURCES = []
    run_due()
    for name in rung:
        run_job(name)
    assert rung == ["ranking", "purge"]
    assert SourceRun.objects.filter(state="done").count() == 2


@time_machine.travel(NOW, tick=False)
def test_while_a_worker_is_at_a_job_no_other_is_rung_for(rung: list[str], settings: Any) -> None:
    settings.SOURCES = []
    due(LINES, NOW)
    Job.objects.filter(name="purge").update(lease_until=NOW + timedelta(seconds=1))
    run_due()
    assert rung == []


@time_machine.travel(NOW, tick=False)
def test_a_bell_that_rings_twice_runs_a_job_once(rung: list[str], settings: Any) -> None:
    settings.SOURCES = []
    run_due()
    run_job("purge")
    run_job("purge")
    assert SourceRun.objects.filter(job__name="purge").count() == 1


def test_a_bell_for_a_job_of_another_version_is_not_heard(rung: list[str], settings: Any) -> None:
    settings.SOURCES = []
    run_job("a_job_of_tomorrow")
    assert not SourceRun.objects.exists()
