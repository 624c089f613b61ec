"""manage.py ingest, as an operator types it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from papers.models import Paper, RawRecord, Signal
from tests.factories import make_topic

pytestmark = pytest.mark.django_db
PAGE = "new\n\nMar 14\n\nOn walruses\n\nWe study walruses.\n\nOn seals\n\nWe study seals.\n"


def run(*words: object) -> tuple[str, str]:
    """What the command prints to stdout and stderr."""
    out, err = StringIO(), StringIO()
    call_command("ingest", *map(str, words), stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def refusal(*words: object) -> str:
    """The one line of the command's error; a command that fails stores nothing."""
    with pytest.raises(CommandError) as error:
        run(*words)
    assert error.value.returncode == 1
    assert not Paper.objects.exists()
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.txt"
    file.write_text(PAGE)
    return file


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    return write_answer(tmp_path / "2024-05-27.json", [make_row()])


def make_row(**paper: Any) -> dict[str, Any]:
    return {"paper": {"id": "2405.15738", "title": "On walruses", "upvotes": 3} | paper}


def write_answer(file: Path, rows: list[Any]) -> Path:
    file.write_text(json.dumps(rows))
    return file


# ── the real files ───────────────────────────────────────────────────────────


@pytest.mark.shared
def test_a_second_run_over_the_seed_page_changes_nothing(shared: Path) -> None:
    words = ("listing", shared / "data" / "seed_page.txt", "--day", "2025-03-14")
    assert run(*words) == ("50 papers: 50 new, 0 updated, 0 unchanged; 50 signals\n", "")
    before = list(Paper.objects.order_by("pk").values())
    assert run(*words) == ("50 papers: 0 new, 0 updated, 50 unchanged; 0 signals\n", "")
    assert list(Paper.objects.order_by("pk").values()) == before
    assert Paper.objects.filter(listed_on="2025-03-14").count() == 50
    assert RawRecord.objects.count() == 50


@pytest.mark.shared
def test_all_recorded_answers_are_stored_in_one_call(shared: Path) -> None:
    files = sorted((shared / "data" / "recorded" / "hf_daily_papers").glob("*.json"))
    out, _ = run("hugging_face", *files)
    assert len(out.splitlines()) == 7
    assert Paper.objects.count() == 233
    assert Signal.objects.filter(kind="upvotes").count() == 233
    out, _ = run("hugging_face", *files)
    assert all(" 0 new, 0 updated, " in line for line in out.splitlines())


# ── days and times ───────────────────────────────────────────────────────────


def test_a_page_is_read_at_noon_of_its_day(page: Path) -> None:
    run("listing", page, "--day", "2025-03-14")
    assert set(Signal.objects.values_list("read_at", flat=True)) == {
        datetime(2025, 3, 14, 12, tzinfo=UTC)
    }


def test_it_warns_of_a_page_with_another_date(page: Path) -> None:
    out, err = run("listing", page, "--day", "2025-03-15")
    assert out.startswith("2 papers: 2 new")
    assert err.endswith("has the date “Mar 14”, and --day is 2025-03-15; 2025-03-15 counts.\n")


def test_the_name_of_a_file_gives_its_day(answer: Path) -> None:
    run("hugging_face", answer)
    assert Paper.objects.get().listed_on == date(2024, 5, 27)


def test_the_option_overrides_the_name_of_the_file(answer: Path) -> None:
    run("hugging_face", answer, "--day", "2024-05-28")
    assert Paper.objects.get().listed_on == date(2024, 5, 28)
    assert Signal.objects.filter(read_at__date="2024-05-28").count() == 2


def test_nothing_is_read_before_the_day_it_was_listed(tmp_path: Path) -> None:
    row = make_row(submittedOnDailyAt="2024-05-29T00:00:00.000Z")
    run("hugging_face", write_answer(tmp_path / "2024-05-27.json", [row]))
    assert Paper.objects.get().listed_on == date(2024, 5, 29)
    assert Signal.objects.filter(read_at__date="2024-05-29").count() == 2


def test_the_time_of_reading_separates_two_answers_of_a_day(answer: Path) -> None:
    run("hugging_face", answer, "--read-at", "2024-05-27T08:00Z")
    write_answer(answer, [make_row(upvotes=9)])
    out, _ = run("hugging_face", answer, "--read-at", "2024-05-27T22:00+02:00")
    assert out == "1 paper: 0 new, 0 updated, 1 unchanged; 2 signals\n"
    upvotes = Signal.objects.filter(kind="upvotes").order_by("read_at")
    assert list(upvotes.values_list("value", "read_at__hour")) == [(3, 8), (9, 20)]


@time_machine.travel("2025-03-14T06:00Z", tick=False)
def test_a_page_of_today_is_stored(page: Path) -> None:
    assert run("listing", page, "--day", "2025-03-14")[0].startswith("2 papers: 2 new")


# ── what follows ─────────────────────────────────────────────────────────────


def test_the_papers_are_classified_at_once(page: Path) -> None:
    topic = make_topic("Walruses", query="walrus")
    run("listing", page, "--day", "2025-03-14")
    assert [paper.title for paper in topic.papers.all()] == ["On walruses"]


def test_an_empty_answer_is_no_error(tmp_path: Path) -> None:
    out, _ = run("hugging_face", "--file", write_answer(tmp_path / "none.json", []))
    assert out == "0 papers: 0 new, 0 updated, 0 unchanged; 0 signals\n"


# ── what it refuses ──────────────────────────────────────────────────────────


def test_a_malformed_page_is_refused_with_file_and_line(page: Path) -> None:
    page.write_text(PAGE.replace("We study walruses.\n\n", ""))
    message = refusal("listing", page, "--day", "2025-03-14")
    assert message.startswith(f"{page}:7: two titles in a row")


def test_an_incomplete_answer_is_refused_with_file_and_line(answer: Path) -> None:
    answer.write_text(json.dumps([make_row()], indent=1)[:-5])
    assert refusal("hugging_face", answer).startswith(f"{answer}:7: not JSON")


def test_what_cannot_be_read_is_left_out_with_a_warning(tmp_path: Path) -> None:
    rows = [make_row(authors=[None], upvotes=-1), {"title": "No paper"}]
    file = write_answer(tmp_path / "2024-05-27.json", rows)
    out, err = run("hugging_face", file)
    stored = "1 paper: 1 new, 0 updated, 0 unchanged; 1 signal"
    assert out == f"{stored}; 2 fields left out; 1 row left out\n"
    assert err.splitlines() == [
        f"Warning: {file}: left out: row 1: paper is missing",
        f"Warning: {file}: left out: row 0: an author's name is null, not text",
        f"Warning: {file}: left out: row 0: upvotes is not a count: '-1'",
    ]


def test_of_many_warnings_twenty_are_printed(tmp_path: Path) -> None:
    file = write_answer(tmp_path / "2024-05-27.json", [make_row(ai_keywords=[*range(50)])])
    warnings = run("hugging_face", file)[1].splitlines()
    assert (len(warnings), warnings[-1]) == (21, f"Warning: {file}: left out: 30 more")


def test_a_page_goes_on_without_a_title_that_stands_there_twice(page: Path) -> None:
    page.write_text(f"{PAGE}\nOn seals\n\nWe study seals again.\n")
    out, err = run("listing", page, "--day", "2025-03-14")
    assert out.endswith("2 new, 0 updated, 0 unchanged; 2 signals; 1 row left out\n")
    assert err == f"Warning: {page}: left out: line 13: “On seals” is already on line 9\n"


def test_an_answer_of_which_most_cannot_be_read_is_refused(tmp_path: Path) -> None:
    file = write_answer(tmp_path / "2024-05-27.json", [make_row(), {}, {}])
    assert refusal("hugging_face", file).startswith(f"{file}: 2 of 3 rows cannot be read: row 1:")


def test_an_answer_without_a_day_is_refused(tmp_path: Path) -> None:
    file = write_answer(tmp_path / "daily.json", [make_row()])
    assert "name the day: --day" in refusal("hugging_face", file)


@pytest.mark.parametrize("moment", ["2999-01-01T00:00:00.000Z", "soon"])
def test_a_row_of_an_impossible_day_is_of_the_day_of_its_file(tmp_path: Path, moment: str) -> None:
    row = make_row(submittedOnDailyAt=moment)
    out, err = run("hugging_face", write_answer(tmp_path / "2024-05-27.json", [row]))
    assert Paper.objects.get().listed_on == date(2024, 5, 27)
    assert "1 field left out" in out
    assert "row 0: submittedOnDailyAt" in err


def test_a_file_of_a_future_day_is_refused(tmp_path: Path) -> None:
    file = write_answer(tmp_path / "2999-05-27.json", [make_row()])
    assert refusal("hugging_face", file).endswith("2999-05-27, which is in the future.")


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("14.3.2025", "--day must look like 2025-03-14, not '14.3.2025'."),
        ("2025-02-30", "--day must look like 2025-03-14"),
        ("2999-01-01", "--day is 2999-01-01, which is in the future."),
        ("0205-03-14", "before arXiv began"),
    ],
)
def test_a_bad_day_is_refused(page: Path, day: str, reason: str) -> None:
    assert reason in refusal("listing", page, "--day", day)


@pytest.mark.parametrize("moment", ["yesterday", "2024-05-27T08:00", "2999-01-01T00:00Z"])
def test_a_bad_time_of_reading_is_refused(answer: Path, moment: str) -> None:
    assert refusal("hugging_face", answer, "--read-at", moment).startswith("--read-at")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "missing.txt"
    words = ("--day", "2025-03-14")
    assert refusal("listing", missing, *words) == f"{missing}: No such file or directory"
    assert refusal("listing", tmp_path, *words) == f"{tmp_path}: Is a directory"


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_bytes(b"A title\n\n\xff\xd8")
    message = refusal("listing", file, "--day", "2025-03-14")
    assert message.startswith(f"{file}:3: byte 0xff is not UTF-8")


def test_no_file_is_refused() -> None:
    assert refusal("hugging_face") == "Name a FILE to read."


def test_a_page_needs_a_day(page: Path) -> None:
    with pytest.raises(CommandError, match="--day"):
        run("listing", page)
