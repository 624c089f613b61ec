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
from fakes.web_service import Play, StandIn, says, stand_in
from papers.jobs.run import LEASE
from papers.models import Job, Paper, Signal, SourceRun
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
def server(settings: Settings) -> Iterator[StandIn]:
    with stand_in() as server:
        for name in ("HUGGING_FACE_URL", "SEMANTIC_SCHOLAR_URL", "GITHUB_URL"):
            setattr(settings, name, server.url)
        settings.SOURCES = []
        yield server


def run(*words: str, err: StringIO | None = None) -> str:
    """What the command says on its first output."""
    out = StringIO()
    call_command("fetch", *words, stdout=out, stderr=err or StringIO(), no_color=True)
    return out.getvalue()


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        run(*words)
    assert error.value.returncode == 1
    assert "\n" not in str(error.value)
    return str(error.value)


def list_of(*numbers: int) -> Play:
    return says(
        [{"paper": {"id": f"2503.{number:05}", "title": f"On {number}"}} for number in numbers]
    )


# ── now ──────────────────────────────────────────────────────────────────────


def test_it_asks_a_source_that_is_off_when_it_is_named(server: StandIn) -> None:
    make_paper(code_url="https://github.com/a/b")
    server.plays("/repos/a/b", says({"full_name": "a/b", "stargazers_count": 7}))
    assert run("github") == "stars: 1 paper, 0 new; 1 signal\n"
    assert Signal.objects.get().value == 7
    assert SourceRun.objects.get().state == SourceRun.State.DONE


def test_without_a_name_it_asks_those_that_are_on(server: StandIn, settings: Settings) -> None:
    settings.SOURCES = ["github", "semantic_scholar"]
    said = run()
    assert [line.partition(":")[0] for line in said.splitlines()] == ["stars", "citations"]


def test_one_that_fails_stops_no_other(server: StandIn, settings: Settings) -> None:
    make_paper(arxiv_id="2503.00001", code_url="https://github.com/a/b")
    server.plays("/repos/a/b", says({"message": "Bad credentials"}, 401))
    server.plays("/graph/v1/paper/batch", says([{"citationCount": 3}]))
    err = StringIO()
    with pytest.raises(CommandError, match="1 did not go well; what came is kept"):
        run("github", "semantic_scholar", err=err)
    assert err.getvalue() == "stars: 127.0.0.1/repos/a/b answered 401: Bad credentials\n"
    assert Signal.objects.get().kind == Signal.Kind.CITATIONS
    failed = SourceRun.objects.get(source="github")
    assert (failed.state, failed.is_permanent) == (SourceRun.State.FAILED, True)
    assert failed.error.endswith("answered 401: Bad credentials")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "No live source is on. Set SOURCES, or name one of hugging_face"),
        (["listing"], "'listing' is no live source; there are hugging_face"),
        (["github", "--from", "2025-03-01"], "--from and --to are for hugging_face alone"),
        (["--from", "2025-03-01"], "--from and --to are for hugging_face alone"),
        (["hugging_face", "--to", "2025-03-01"], "--to needs --from"),
        (["hugging_face", "--from", "1 March"], "--from must look like 2025-03-14, not '1 March'"),
        (["hugging_face", "--from", "2025-03-15"], "--from is 2025-03-15, which is still to come"),
        (
            ["hugging_face", "--from", "2025-03-02", "--to", "2025-03-01"],
            "--from 2025-03-02 is after --to 2025-03-01",
        ),
    ],
)
def test_it_refuses_what_it_does_not_understand(
    server: StandIn, words: list[str], reason: str
) -> None:
    assert refusal(*words).startswith(reason)
    assert server.asked == []


# ── a range of lists ─────────────────────────────────────────────────────────


def test_it_fills_in_the_lists_of_a_range(server: StandIn) -> None:
    server.plays("/api/daily_papers", list_of(1, 2), says([]), list_of(3))
    said = run("hugging_face", "--from", "2025-03-10", "--to", "2025-03-12")
    assert said.splitlines() == [
        "2025-03-10: 2 papers, 2 new; 2 signals",
        "2025-03-11: 0 papers, 0 new; 0 signals",
        "2025-03-12: 1 paper, 1 new; 1 signal",
        "3 of 3 lists: 3 papers, 3 new; 3 signals",
    ]
    days = Paper.objects.order_by("arxiv_id").values_list("listed_on", flat=True)
    assert list(days) == [date(2025, 3, 10), date(2025, 3, 10), date(2025, 3, 12)]
    assert set(Signal.objects.values_list("read_at", flat=True)) == {NOW}


def test_without_an_end_it_fills_in_up_to_today(server: StandIn) -> None:
    server.plays("/api/daily_papers", says([]))
    run("hugging_face", "--from", "2025-03-12")
    asked = [request.query["date"] for request in server.asked]
    assert asked == ["2025-03-12", "2025-03-13", "2025-03-14"]


def test_a_terminal_shows_a_bar(server: StandIn) -> None:
    server.plays("/api/daily_papers", list_of(1), list_of(2))
    err = Terminal()
    said = run("hugging_face", "--from", "2025-03-10", "--to", "2025-03-11", err=err)
    assert said == "2 of 2 lists: 2 papers, 2 new; 2 signals\n"
    half, whole = "█" * 15 + "░" * 15, "█" * 30
    assert err.getvalue() == (
        f"\r{half}  50 %  2025-03-10  1 paper\r{whole} 100 %  2025-03-11  2 papers\n"
    )


def test_a_second_run_changes_nothing_but_the_reads(server: StandIn) -> None:
    server.plays("/api/daily_papers", list_of(1))
    for _ in range(2):
        run("hugging_face", "--from", "2025-03-10", "--to", "2025-03-10")
    assert (Paper.objects.count(), Signal.objects.count()) == (1, 1)


def test_a_list_that_cannot_be_read_leaves_the_others_and_is_named(server: StandIn) -> None:
    broken = says([{"paper": {}}])
    server.plays("/api/daily_papers", list_of(1), broken, list_of(2))
    said = refusal("hugging_face", "--from", "2025-03-10", "--to", "2025-03-12")
    assert said == "Without 2025-03-11: row 0: paper.id is missing"
    assert Paper.objects.count() == 2


def test_a_service_that_is_down_ends_it_with_the_day_to_go_on_from(server: StandIn) -> None:
    busy = says({}, 429, retry_after="3600")
    server.plays("/api/daily_papers", list_of(1), busy)
    said = refusal("hugging_face", "--from", "2025-03-10", "--to", "2025-03-12")
    assert said.startswith("Without 2025-03-11: 127.0.0.1/api/daily_papers answered 429")
    assert said.endswith("; go on with --from 2025-03-11")


def test_it_waits_for_no_run_that_is_at_it_already(server: StandIn) -> None:
    Job.objects.create(
        name="daily_lists", source="hugging_face", next_run_at=NOW, lease_until=NOW + LEASE
    )
    said = refusal("hugging_face", "--from", "2025-03-10")
    assert said == "Daily lists are being read already; try again in some minutes."
    assert server.asked == []


# ── papers of arXiv ──────────────────────────────────────────────────────────


def test_papers_of_arxiv_are_fetched_by_id_and_link_each_once(
    server: StandIn, settings: Settings
) -> None:
    settings.ARXIV_URL, settings.ARXIV_REST_SECONDS = server.url, 0.001
    server.plays("/api/query", Play(body=feed(entry("1706.03762"), entry("2503.10622"))))
    link = "https://arxiv.org/abs/2503.10622v2"
    said = run("arxiv", "--papers", "1706.03762", link, "2503.10622")
    assert said == "metadata: 2 papers, 2 new; 0 signals\n"
    assert server.asked[0].query["id_list"] == "1706.03762,2503.10622"
    assert SourceRun.objects.get().job.name == "metadata"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["arxiv", "--papers", "1706.03762", "walruses"], "'walruses' is no arXiv id"),
        (["github", "--papers", "1706.03762"], "--papers is for arxiv alone"),
        (["--papers", "1706.03762"], "--papers is for arxiv alone"),
    ],
)
def test_papers_that_cannot_be_asked_for_are_refused(
    server: StandIn, words: list[str], reason: str
) -> None:
    assert reason in refusal(*words)
    assert server.asked == []
    assert not SourceRun.objects.exists()
