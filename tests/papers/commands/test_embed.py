"""manage.py embed, as an operator types it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from papers.jobs.run import LEASE
from papers.jobs.timetable import VECTORS
from papers.management.commands import embed
from papers.models import Job, JobStep, PaperVector
from tests.factories import make_job, make_paper

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _words_alone(settings: Any) -> None:
    """The model makes no difference to the command, and takes a second to start."""
    settings.EMBEDDING_MODEL = "none"


def run(*words: str, err: StringIO | None = None) -> str:
    """What the command prints to stdout."""
    out = StringIO()
    call_command("embed", *words, stdout=out, stderr=err or StringIO(), no_color=True)
    return out.getvalue()


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        run(*words)
    return str(error.value)


def make_papers(number: int) -> None:
    for _ in range(number):
        make_paper()


def test_every_paper_without_a_vector_gets_one() -> None:
    make_papers(3)
    assert run() == "3 vectors computed.\n"
    assert PaperVector.objects.count() == 3
    assert run() == "0 vectors computed.\n"


def test_the_model_of_the_packages_is_used(settings: Any) -> None:
    settings.EMBEDDING_MODEL = ""
    make_papers(1)
    assert run() == "1 vector computed.\n"
    assert len(PaperVector.objects.get().dense) == 384


def test_a_limit_takes_the_newest_papers_and_a_second_run_goes_on() -> None:
    for day in (10, 11, 12):
        make_paper(listed_on=f"2025-03-{day}")
    assert run("--limit", "2") == "2 vectors computed.\n"
    days = PaperVector.objects.values_list("paper__listed_on__day", flat=True)
    assert sorted(days) == [11, 12]
    assert run("--limit", "2") == "1 vector computed.\n"


def test_all_papers_are_read_again_when_asked_for() -> None:
    make_papers(2)
    run()
    before = PaperVector.objects.values_list("made_at", flat=True)[0]
    assert run("--all") == "2 vectors computed.\n"
    assert PaperVector.objects.values_list("made_at", flat=True)[0] > before


def test_what_was_stopped_goes_on_where_it_ended() -> None:
    make_papers(3)
    run()
    run("--all", "--limit", "1")
    assert run() == "2 vectors computed.\n"


def test_the_run_is_a_record_of_the_job() -> None:
    make_papers(2)
    run()
    step = JobStep.objects.get()
    assert (step.job.name, step.state, step.counts) == (VECTORS, "done", {"papers": 2, "new": 2})


def test_a_terminal_has_a_bar_with_the_speed_and_the_time_left() -> None:
    make_papers(30)
    terminal = Terminal()
    assert run(err=terminal) == "30 vectors computed.\n"
    first, second = terminal.getvalue().strip().split("\r")
    assert first.startswith(f"{'█' * 20}{'░' * 10}  66 %  ")
    assert second.startswith(f"{'█' * 30} 100 %  ")
    assert "papers/s, 0:00 left" in second


def test_a_file_has_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "_EVERY", 0.0)
    make_papers(30)
    first, second, last = run().splitlines()
    assert first.startswith("20 of 30: ")
    assert second.startswith("30 of 30: ")
    assert second.endswith(" papers/s, 0:00 left")
    assert last == "30 vectors computed."


def test_more_than_a_step_of_papers_takes_several_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "_SECONDS", 1e-3)
    make_papers(45)
    assert run() == "45 vectors computed.\n"
    assert JobStep.objects.count() > 1


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0:00"), (75, "1:15"), (3600, "1:00:00"), (36_061, "10:01:01")]
)
def test_the_time_left_is_read_as_a_clock(seconds: float, shown: str) -> None:
    assert embed._clock(seconds) == shown


def test_two_runs_at_once_are_refused() -> None:
    now = timezone.now()
    make_job(VECTORS, lease_until=now + LEASE, next_run_at=now + timedelta(hours=1))
    make_papers(1)
    assert refusal() == "Vectors are being computed already; try again in some minutes."
    assert not PaperVector.objects.exists()


def test_without_a_model_words_are_stored_and_the_command_fails(
    settings: Any, tmp_path: Any
) -> None:
    settings.EMBEDDING_MODEL = str(tmp_path)
    make_papers(1)
    assert refusal() == (
        "words alone were stored, as there is no model: the folder has no model.onnx"
    )
    assert PaperVector.objects.get().terms
    assert Job.objects.get(name=VECTORS).lease_until is None


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", ""])
def test_a_limit_that_is_no_number_is_refused(limit: str) -> None:
    assert f"{limit!r} is no number of papers, such as 1000" in refusal(f"--limit={limit}")
