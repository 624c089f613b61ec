"""The whole evaluation, with the service's own scoring, on a file that is small and clear."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import ROOT
from bench.evaluate import gold, next_one
from bench.evaluate.data import EvaluationData, read_evaluation
from bench.evaluate.ranking import Library
from bench.evaluate.run import evaluate
from bench.evaluate.vectors import embedded, topics_of, vectors_of
from bench.tests.evaluation_files import evaluation, ratings, row, submissions, written
from papers.similarity.model import load_model

pytestmark = pytest.mark.django_db


def data_of(folder: Path, interactions: list[dict[str, Any]]) -> EvaluationData:
    return read_evaluation(written(folder, evaluation(interactions)))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    data = data_of(tmp_path, ratings())
    return Library(
        data.papers, vectors_of(data.papers, load_model(), tmp_path), topics_of(data.papers)
    )


def test_readers_who_rate_their_own_field_higher_are_understood(
    tmp_path: Path, library: Library
) -> None:
    found = gold.gold(data_of(tmp_path, ratings()), library)
    assert (found["readers"], found["ratings"]) == (6, 48)
    assert (found["easy"], found["easy_interval"]) == (1, [1, 1])
    assert found["loss"] < 0.25
    assert found["loss"] == pytest.approx(found["loss_per_reader"])
    chance = found["baselines"]["popularity"]
    assert (chance["loss"], chance["easy"], chance["hard"]) == (0.5, 0.5, 0.5)


def test_a_rated_paper_is_never_in_the_profile(tmp_path: Path) -> None:
    rows = [row("ada", "r1", "own_paper"), row("ada", "r2", "own_paper")]
    rows += [row("ada", "r2", "rating", 5), row("ada", "m1", "rating", 1)]
    [reader] = gold.readers_of(data_of(tmp_path, rows))
    assert reader.profile == ["r1"]


def test_the_20_newest_own_papers_are_the_profile(tmp_path: Path) -> None:
    rows = [row("ada", f"r{number}", "own_paper") for number in range(16)]
    rows += [
        row("ada", f"m{number}", "own_paper", date=f"1999-01-{number + 1:02}")
        for number in range(12)
    ]
    rows += [row("ada", f"m{number}", "rating", 1 + number % 5) for number in range(12, 16)]
    [reader] = gold.readers_of(data_of(tmp_path, rows))
    by_year = [f"r{number}" for number in range(15, -1, -1)]
    assert reader.profile == [*by_year, "m11", "m10", "m9", "m8"]


def test_an_own_paper_of_a_later_day_than_the_ratings_is_not_in_the_profile(tmp_path: Path) -> None:
    rows = [row("ada", "r1", "own_paper", date="2020-01-01")]
    rows += [row("ada", "r2", "own_paper", date="2022-01-01")]
    rows += [row("ada", f"m{value}", "rating", value, "2021-01-01") for value in (1, 5)]
    [reader] = gold.readers_of(data_of(tmp_path, rows))
    assert reader.profile == ["r1"]


def test_only_earlier_days_are_the_history_of_a_task(tmp_path: Path) -> None:
    rows = [row("ada", "r1", "submission", date="2025-01-06")]
    rows += [row("ada", paper, "submission", date="2025-01-08") for paper in ("r2", "r3")]
    rows += [row("ada", "r1", "submission", date="2025-01-09")]  # again: it is no new paper
    tasks = next_one.tasks_of(data_of(tmp_path, rows), "submission")
    assert [(task.paper, [paper for paper, _ in task.history]) for task in tasks] == [
        ("r2", ["r1"]),
        ("r3", ["r1"]),
    ]


def test_the_next_paper_of_a_field_is_found_in_the_week_s_list(
    tmp_path: Path, library: Library
) -> None:
    found = next_one.next_one("submitters", data_of(tmp_path, submissions()), library)
    assert (found["readers"], found["tasks"], found["candidates"]) == (4, 12, 14)
    assert found["recall@10"] == 1
    assert found["mrr"] > found["baselines"]["popularity"]["mrr"]
    assert found["without_shared_authors"]["tasks"] == 12


def test_a_short_list_is_filled_with_the_weeks_next_to_it(tmp_path: Path) -> None:
    lists = next_one.lists_of(data_of(tmp_path, submissions()), "submission")
    assert [len(listed) for listed in lists.values()] == [16] * 4
    assert next(iter(lists.values()))[:4] == ["m0", "m4", "r0", "r4"]


def run(path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    evaluate(path)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def command(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.evaluate", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("interactions", "reason"),
    [
        (
            [row("ada", "r1", "rating", 4), row("ada", "r2", "own_paper")],
            "0 readers have a",
        ),
        (ratings()[:12], "1 readers have a profile and two different ratings"),
        (submissions()[:1], "the file has no ratings"),
    ],
)
def test_a_file_without_data_for_any_protocol_ends_with_a_line_and_the_code_2(
    tmp_path: Path, interactions: list[dict[str, Any]], reason: str
) -> None:
    done = command(written(tmp_path, evaluation(interactions)))
    assert done.returncode == 2
    assert [json.loads(line)["protocol"] for line in done.stdout.splitlines()] == [
        "gold",
        "submitters",
    ]
    [line] = done.stderr.splitlines()
    assert reason in line


def test_a_broken_file_ends_with_one_line_and_the_code_2(tmp_path: Path) -> None:
    done = command(written(tmp_path, b"{"))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_what_the_model_made_of_a_text_is_kept(tmp_path: Path) -> None:
    model = load_model()
    assert model is not None
    first = embedded(["a robot", "a piano"], model, tmp_path)
    [file] = tmp_path.iterdir()
    size = file.stat().st_size
    with file.open("ab") as cut_off:
        cut_off.write(b"of a run that was killed")
    assert embedded(["a piano", "a robot"], model, tmp_path) == first[::-1]
    assert file.stat().st_size == size
    embedded(["a drum"], model, tmp_path)
    assert file.stat().st_size == size * 3 // 2
