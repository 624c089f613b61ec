"""The jobs of the timetable: their requests, their order, and the days that they catch up on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app

from fakes.arxiv import entry, feed
from fakes.web_service import PAGE, FakeResponse, FakeService, fake_service, json_response
from papers.jobs.run import RunResult, due, run
from papers.jobs.timetable import BY_NAME, DAILY_LISTS, JOBS, SOURCES, VECTORS
from papers.models import Job, JobStep, Paper, SearchWord, Trend
from papers.similarity.stored import load_vectors
from papers.sources.http import Limits
from papers.tasks import run_due
from tests.factories import make_paper, make_signal, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
TODAY = NOW.date()
LISTS = "/api/daily_papers"


@pytest.fixture
def live(settings: Any) -> Iterator[FakeService]:
    """One fake server in place of all four services; all sources are enabled."""
    with fake_service() as server:
        for name in ("HUGGING_FACE", "ARXIV", "SEMANTIC_SCHOLAR", "GITHUB"):
            setattr(settings, f"{name}_URL", server.url)
        settings.ARXIV_FEED_URL = server.url
        settings.ARXIV_REST_SECONDS = 0.001
        settings.SOURCES = list(SOURCES)
        settings.BACKFILL_DAYS = 4
        server.respond(LISTS, json_response([]))
        server.respond("/api/query", FakeResponse(body=feed()))
        server.respond("/graph/v1/paper/batch", json_response([None]))
        yield server


def read_lists(now: datetime) -> None:
    assert run(BY_NAME[DAILY_LISTS], clock=lambda: now, is_by_hand=True) is not None


def requested_days(server: FakeService) -> list[str]:
    return [request.query["date"] for request in server.requests if request.path == LISTS]


def row(identity: str) -> dict[str, Any]:
    return {"paper": {"id": identity, "title": f"On {identity}", "upvotes": 3}}


# ── the timetable ────────────────────────────────────────────────────────────


def test_names_are_distinct_and_fit_their_column() -> None:
    assert len(BY_NAME) == len(JOBS)
    for name in BY_NAME:
        assert re.fullmatch("[a-z_]{1,40}", name)


def test_no_two_jobs_start_in_the_same_minute() -> None:
    assert len({spec.slot.minute for spec in JOBS}) == len(JOBS)


def test_arxiv_is_not_requested_in_the_first_half_hour() -> None:
    minutes = [spec.slot.minute for spec in JOBS if spec.source == "arxiv"]
    assert minutes
    assert min(minutes) > 31


def test_beat_starts_the_task_at_each_tick(settings: Any) -> None:
    entry = current_app.conf.beat_schedule["sources"]
    assert entry == {"task": run_due.name, "schedule": settings.TICK_SECONDS}


def test_without_sources_only_jobs_on_our_tables_are_due(settings: Any) -> None:
    settings.SOURCES = []
    assert {spec.source for spec in due(JOBS, NOW)} == {""}


# ── daily lists ──────────────────────────────────────────────────────────────


def test_the_first_run_fetches_today_and_the_days_before(live: FakeService) -> None:
    read_lists(NOW)
    assert requested_days(live) == [str(TODAY - timedelta(days=ago)) for ago in range(5)]


def test_a_day_fetched_after_it_was_over_is_not_fetched_again(live: FakeService) -> None:
    read_lists(NOW)
    live.requests.clear()
    read_lists(NOW + timedelta(hours=1))
    assert requested_days(live) == [str(TODAY)]


def test_a_list_is_fetched_once_more_after_its_day(live: FakeService) -> None:
    read_lists(NOW)
    live.requests.clear()
    tomorrow = NOW + timedelta(days=1)
    read_lists(tomorrow)
    assert requested_days(live) == [str(tomorrow.date()), str(TODAY)]


def test_missed_lists_are_fetched_later_with_their_own_dates(live: FakeService) -> None:
    read_lists(NOW)
    live.requests.clear()
    later = NOW + timedelta(days=3)
    live.respond(
        LISTS,
        json_response([row("2611.00004")]),
        json_response([row("2611.00003")]),
        json_response([]),
    )
    read_lists(later)
    assert requested_days(live) == [f"2026-11-{day}" for day in (26, 25, 24, 23)]
    listed = dict(Paper.objects.values_list("arxiv_id", "listed_on"))
    assert listed == {"2611.00004": date(2026, 11, 26), "2611.00003": date(2026, 11, 25)}


def test_a_day_that_failed_is_fetched_again(live: FakeService) -> None:
    live.respond(LISTS, json_response([]), json_response([{"paper": {}}]), json_response([]))
    read_lists(NOW)
    assert JobStep.objects.get(state="failed").day == TODAY - timedelta(days=1)
    live.requests.clear()
    live.respond(LISTS, json_response([]))
    read_lists(NOW + timedelta(minutes=1))
    assert requested_days(live) == [str(TODAY), str(TODAY - timedelta(days=1))]


# ── arXiv ────────────────────────────────────────────────────────────────────


def test_metadata_is_requested_until_no_paper_lacks_it(live: FakeService) -> None:
    for number in range(230):
        make_paper(arxiv_id=f"2611.{number:05}", listed_on=TODAY)
    result = run(BY_NAME["metadata"], clock=lambda: NOW, is_by_hand=True)
    assert result is not None
    assert result.report.unknown == 230
    assert [request.query["max_results"] for request in live.requests] == ["100", "100", "30"]
    assert JobStep.objects.filter(state="done").count() == 3


def test_an_incomplete_answer_of_arxiv_is_a_failure_that_is_repeated_soon(
    live: FakeService,
) -> None:
    for number in (1, 2, 3):
        make_paper(arxiv_id=f"2611.0000{number}", listed_on=TODAY)
    short = FakeResponse(body=feed(entry("2611.00002"), total=3))
    rest = FakeResponse(body=feed(entry("2611.00001"), entry("2611.00003"), total=2))
    live.respond("/api/query", short, rest)
    run(BY_NAME["metadata"], clock=lambda: NOW, is_by_hand=True)
    job = Job.objects.get()
    assert (job.failures, job.next_run_at) == (1, NOW + timedelta(minutes=5))
    assert "left out 2 of the 3 papers" in job.last_error
    later = run(BY_NAME["metadata"], clock=lambda: job.next_run_at)
    assert later is not None
    assert (later.error, later.report.papers) == (None, 2)
    ids = [request.query["id_list"] for request in live.requests]
    assert ids == ["2611.00001,2611.00002,2611.00003", "2611.00001,2611.00003"]


def test_a_withdrawn_paper_is_requested_while_a_new_version_may_live(live: FakeService) -> None:
    make_paper(
        arxiv_id="2611.00001", listed_on=TODAY, is_withdrawn=True, withdrawn_by="arxiv",
        arxiv_version=2,
    )  # fmt: skip
    living = entry("2611.00001", version=3, comment="12 pages")
    live.respond("/api/query", FakeResponse(body=feed(living)))
    run(BY_NAME["metadata"], clock=lambda: NOW, is_by_hand=True)
    assert Paper.listed.get().arxiv_version == 3


def test_arxiv_gets_no_request_when_no_paper_lacks_metadata(live: FakeService) -> None:
    result = run(BY_NAME["metadata"], clock=lambda: NOW, is_by_hand=True)
    assert result is not None
    assert result.error is None
    assert live.requests == []
    assert Job.objects.get().last_success_at == NOW


def test_announcements_are_disabled_without_categories(live: FakeService, settings: Any) -> None:
    settings.ARXIV_CATEGORIES = []
    assert BY_NAME["announcements"] not in due(JOBS, NOW)
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    assert BY_NAME["announcements"] in due(JOBS, NOW)


# ── our own tables ───────────────────────────────────────────────────────────


def test_ranking_classifies_new_papers_and_scores_the_windows_of_today() -> None:
    topic = make_topic("Walruses", categories=["cs.LG"])
    paper = make_paper(listed_on=TODAY, categories=["cs.LG"])
    make_signal(paper, 9, read_at=NOW)
    result = run(BY_NAME["ranking"], clock=lambda: NOW)
    assert result is not None
    assert result.report.papers == 1
    assert topic in paper.topics.all()
    assert set(Trend.objects.values_list("window", "day")) == {
        ("day", TODAY),
        ("week", TODAY),
        ("month", TODAY),
    }


def test_ranking_learns_the_words_of_new_papers() -> None:
    make_paper("Walruses sing")
    run(BY_NAME["ranking"], clock=lambda: NOW)
    assert SearchWord.objects.get(word="walruses").papers == 1


def test_the_purge_deletes_old_records_of_steps(settings: Any) -> None:
    settings.RUN_RETENTION_DAYS = 30
    run(BY_NAME["ranking"], clock=lambda: NOW - timedelta(days=31))
    run(BY_NAME["purge"], clock=lambda: NOW)
    assert list(JobStep.objects.values_list("job__name", "state")) == [("purge", "done")]


# ── vectors ──────────────────────────────────────────────────────────────────


def run_vectors() -> RunResult:
    result = run(BY_NAME[VECTORS], is_by_hand=True)
    assert result is not None
    return result


def test_the_vectors_of_new_papers_are_computed_in_one_step() -> None:
    papers = [make_paper(), make_paper()]
    result = run_vectors()
    assert (result.report.papers, result.error) == (2, None)
    assert JobStep.objects.get().counts == {"papers": 2, "new": 2}
    assert set(load_vectors([paper.pk for paper in papers])) == {paper.pk for paper in papers}


def test_a_run_without_a_new_paper_is_a_success() -> None:
    assert run_vectors().error is None
    assert JobStep.objects.get().state == "done"


def test_each_job_that_stores_texts_wakes_the_vectors(live: FakeService) -> None:
    assert {spec.name for spec in JOBS if VECTORS in spec.wakes} == {
        DAILY_LISTS, "announcements", "metadata",
    }  # fmt: skip
    due(JOBS, NOW)
    Job.objects.update(next_run_at=NOW + timedelta(hours=1))
    live.respond(LISTS, json_response([row("2611.00001")]))
    read_lists(NOW)
    assert [spec.name for spec in due(JOBS, NOW)] == [VECTORS]


def test_without_a_model_words_are_stored_and_the_job_says_so(
    settings: Any, tmp_path: Path
) -> None:
    settings.EMBEDDING_MODEL = str(tmp_path)
    paper = make_paper()
    result = run_vectors()
    assert result.report.papers == 1
    assert str(result.error) == (
        "words alone were stored, as there is no model: the folder has no model.onnx"
    )
    assert load_vectors([paper.pk])[paper.pk].terms
    assert Job.objects.get(name=VECTORS).last_error == str(result.error)


def test_words_alone_by_the_setting_are_no_error(settings: Any) -> None:
    settings.EMBEDDING_MODEL = "none"
    make_paper()
    assert run_vectors().error is None


def test_the_job_knows_how_many_papers_wait_for_a_vector() -> None:
    waiting = BY_NAME[VECTORS].waiting
    assert waiting is not None
    make_paper()
    make_paper(is_withdrawn=True)
    assert waiting() == 1
    run_vectors()
    assert waiting() == 0


# ── all of them ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("down", [LISTS, "/api/query", "/repos/a/b", "/graph/v1/paper/batch"])
def test_an_error_of_one_source_stops_no_other(
    live: FakeService, down: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papers.jobs.timetable.RUN", Limits(attempts=1))
    make_paper(arxiv_id="2611.00001", listed_on=TODAY, code_url="https://github.com/a/b")
    live.respond("/api/query", FakeResponse(body=feed(entry("2611.00001"))))
    live.respond("/repos/a/b", json_response({"full_name": "a/b", "stargazers_count": 3}))
    live.respond(down, PAGE)
    specs = due(JOBS, NOW)
    for spec in specs:
        run(spec, clock=lambda: NOW)
    failed = set(Job.objects.filter(failures=1).values_list("source", flat=True))
    request = {
        LISTS: "hugging_face",
        "/api/query": "arxiv",
        "/repos/a/b": "github",
        "/graph/v1/paper/batch": "semantic_scholar",
    }
    assert failed == {request[down]}
    fine = Job.objects.exclude(name="announcements").filter(last_success_at=NOW)
    assert {spec.source for spec in specs} - set(fine.values_list("source", flat=True)) == failed
    for record in JobStep.objects.filter(state="failed"):
        assert "answered 502: Bad gateway" in record.error


def test_no_service_gets_a_request_for_a_withdrawn_paper(live: FakeService) -> None:
    values: dict[str, Any] = {"listed_on": TODAY, "code_url": "https://github.com/a/b"}
    make_signal(make_paper(arxiv_id="2611.00001", is_withdrawn=True, **values), 5, read_at=NOW)
    jobs = due(JOBS, NOW)
    for spec in jobs:
        run(spec, clock=lambda: NOW)
    assert set(live.paths()) == {LISTS}
    Paper.objects.update(is_withdrawn=False)
    for spec in jobs:
        run(spec, clock=lambda: NOW, is_by_hand=True)
    others = {"/api/query", "/repos/a/b", "/graph/v1/paper/batch", "/api/papers/2611.00001"}
    assert set(live.paths()) == {LISTS, *others}
