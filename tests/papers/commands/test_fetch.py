"""manage.py fetch, as an operator types it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import Settings

from fakes.arxiv import entry, feed
from fakes.web_service import FakeResponse, FakeService, fake_service, json_response
from papers.jobs.run import LEASE
from papers.models import Job, JobStep, Paper, Signal
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)  # a Friday


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeService]:
    with fake_service() as server:
        for name in ("HUGGING_FACE_URL", "SEMANTIC_SCHOLAR_URL", "GITHUB_URL"):
            setattr(settings, name, server.url)
        settings.SOURCES = []
        yield server


def run(*words: str, err: StringIO | None = None) -> str:
    """What the command prints to stdout."""
    out = StringIO()
    call_command("fetch", *words, stdout=out, stderr=err or StringIO(), no_color=True)
    return out.getvalue()


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        run(*words)
    assert error.value.returncode == 1
    assert "\n" not in str(error.value)
    return str(error.value)


def list_of(*numbers: int) -> FakeResponse:
    return json_response(
        [{"paper": {"id": f"2503.{number:05}", "title": f"On {number}"}} for number in numbers]
    )


# ── now ──────────────────────────────────────────────────────────────────────


def test_it_fetches_from_a_disabled_source_that_is_named(server: FakeService) -> None:
    make_paper(code_url="https://github.com/a/b")
    server.respond("/repos/a/b", json_response({"full_name": "a/b", "stargazers_count": 7}))
    assert run("github") == "stars: 1 paper, 0 new; 1 signal\n"
    assert Signal.objects.get().value == 7
    assert JobStep.objects.get().state == JobStep.State.DONE


def test_without_a_name_it_fetches_from_the_enabled_sources(
    server: FakeService, settings: Settings
) -> None:
    settings.SOURCES = ["github", "semantic_scholar"]
    printed = run()
    assert [line.partition(":")[0] for line in printed.splitlines()] == ["stars", "citations"]


def test_an_error_of_one_source_stops_no_other(server: FakeService, settings: Settings) -> None:
    make_paper(arxiv_id="2503.00001", code_url="https://github.com/a/b")
    server.respond("/repos/a/b", json_response({"message": "Bad credentials"}, 401))
    server.respond("/graph/v1/paper/batch", json_response([{"citationCount": 3}]))
    err = StringIO()
    with pytest.raises(CommandError, match="1 job failed; what was fetched is stored"):
        run("github", "semantic_scholar", err=err)
    assert err.getvalue() == "stars: 127.0.0.1/repos/a/b answered 401: Bad credentials\n"
    assert Signal.objects.get().kind == Signal.Kind.CITATIONS
    failed = JobStep.objects.get(source="github")
    assert (failed.state, failed.is_permanent) == (JobStep.State.FAILED, True)
    assert failed.error.endswith("answered 401: Bad credentials")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "No live source is on. Set SOURCES, or name one of hugging_face"),
        (["listing"], "'listing' is no live source; there are hugging_face"),
        (["github", "--from", "2025-03-01"], "--from and --to are for hugging_face alone"),
        (["--from", "2025-03-01"], "--from and --to are for hugging_face alone"),
        (["hugging_face", "--to", "2025-03-01"], "--to needs --from, the first day."),
        (["hugging_face", "--from", "1 March"], "--from must look like 2025-03-14, not '1 March'"),
        (["hugging_face", "--from", "2025-03-15"], "--from is 2025-03-15, which is in the future"),
        (
            ["hugging_face", "--from", "2025-03-02", "--to", "2025-03-01"],
            "--from 2025-03-02 is after --to 2025-03-01",
        ),
    ],
)
def test_it_refuses_wrong_arguments(server: FakeService, words: list[str], reason: str) -> None:
    assert refusal(*words).startswith(reason)
    assert server.requests == []


# ── a range of lists ─────────────────────────────────────────────────────────


def test_it_fetches_the_lists_of_a_range(server: FakeService) -> None:
    server.respond("/api/daily_papers", list_of(1, 2), json_response([]), list_of(3))
    printed = run("hugging_face", "--from", "2025-03-10", "--to", "2025-03-12")
    assert printed.splitlines() == [
        "2025-03-10: 2 papers, 2 new; 2 signals",
        "2025-03-11: 0 papers, 0 new; 0 signals",
        "2025-03-12: 1 paper, 1 new; 1 signal",
        "3 of 3 lists: 3 papers, 3 new; 3 signals",
    ]
    days = Paper.objects.order_by("arxiv_id").values_list("listed_on", flat=True)
    assert list(days) == [date(2025, 3, 10), date(2025, 3, 10), date(2025, 3, 12)]
    assert set(Signal.objects.values_list("read_at", flat=True)) == {NOW}


def test_a_range_without_an_end_ends_today(server: FakeService) -> None:
    server.respond("/api/daily_papers", json_response([]))
    run("hugging_face", "--from", "2025-03-12")
    request = [request.query["date"] for request in server.requests]
    assert request == ["2025-03-12", "2025-03-13", "2025-03-14"]


def test_a_terminal_shows_a_bar(server: FakeService) -> None:
    server.respond("/api/daily_papers", list_of(1), list_of(2))
    err = Terminal()
    printed = run("hugging_face", "--from", "2025-03-10", "--to", "2025-03-11", err=err)
    assert printed == "2 of 2 lists: 2 papers, 2 new; 2 signals\n"
    half, whole = "█" * 15 + "░" * 15, "█" * 30
    assert err.getvalue() == (
        f"\r{half}  50 %  2025-03-10  1 paper\r{whole} 100 %  2025-03-11  2 papers\n"
    )


def test_a_second_run_only_adds_reads(server: FakeService) -> None:
    server.respond("/api/daily_papers", list_of(1))
    for _ in range(2):
        run("hugging_face", "--from", "2025-03-10", "--to", "2025-03-10")
    assert (Paper.objects.count(), Signal.objects.count()) == (1, 1)


def test_a_list_that_cannot_be_read_stops_no_other(server: FakeService) -> None:
    broken = json_response([{"paper": {}}])
    server.respond("/api/daily_papers", list_of(1), broken, list_of(2))
    printed = refusal("hugging_face", "--from", "2025-03-10", "--to", "2025-03-12")
    assert printed == "Without 2025-03-11: row 0: paper.id is missing"
    assert Paper.objects.count() == 2


def test_a_service_that_is_down_ends_it_with_the_next_day(server: FakeService) -> None:
    busy = json_response({}, 429, retry_after="3600")
    server.respond("/api/daily_papers", list_of(1), busy)
    printed = refusal("hugging_face", "--from", "2025-03-10", "--to", "2025-03-12")
    assert printed.startswith("Without 2025-03-11: 127.0.0.1/api/daily_papers answered 429")
    assert printed.endswith("; go on with --from 2025-03-11")


def test_it_refuses_while_another_run_reads_the_lists(server: FakeService) -> None:
    Job.objects.create(
        name="daily_lists", source="hugging_face", next_run_at=NOW, lease_until=NOW + LEASE
    )
    printed = refusal("hugging_face", "--from", "2025-03-10")
    assert printed == "Daily lists are being read already; try again in some minutes."
    assert server.requests == []


# ── papers of arXiv ──────────────────────────────────────────────────────────


def test_papers_are_fetched_once_by_id_or_link(server: FakeService, settings: Settings) -> None:
    settings.ARXIV_URL, settings.ARXIV_REST_SECONDS = server.url, 0.001
    server.respond("/api/query", FakeResponse(body=feed(entry("1706.03762"), entry("2503.10622"))))
    link = "https://arxiv.org/abs/2503.10622v2"
    printed = run("arxiv", "--papers", "(1706.03762),", link, "2503.10622")
    assert printed == "metadata: 2 papers, 2 new; 0 signals\n"
    assert server.requests[0].query["id_list"] == "1706.03762,2503.10622"
    assert JobStep.objects.get().job.name == "metadata"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["arxiv", "--papers", "1706.03762", "walruses"], "'walruses' is no arXiv id"),
        (["github", "--papers", "1706.03762"], "--papers is for arxiv alone"),
        (["--papers", "1706.03762"], "--papers is for arxiv alone"),
    ],
)
def test_papers_without_an_arxiv_id_are_refused(
    server: FakeService, words: list[str], reason: str
) -> None:
    assert reason in refusal(*words)
    assert server.requests == []
    assert not JobStep.objects.exists()
