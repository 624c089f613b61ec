"""What runs have shown, as JSON for machines and as the table of the page on crash-safety."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.chaos.__main__ import _store
from bench.chaos.drill import Fault, Run
from bench.chaos.page import PAGE, table, write_page
from bench.chaos.receivers import Mood
from bench.chaos.report import line, results_of
from bench.chaos.verdict import Verdict

ABOUT = {"seed": 20, "quick": False, "plant": "", "seconds": 1140}
MARKED = """before

<!-- figures: make chaos writes them -->

old

<!-- end of figures -->

after
"""


def run(number: int, uncertain: int, lost: int = 0) -> Run:
    return Run(
        fault="kill_worker",
        number=number,
        done="after 12 of 1200: kill -9 of all its processes",
        verdict=Verdict(mails=1200, arrived=1170, uncertain=uncertain, lost=lost),
        most_uncertain=100,
        finished=True,
        paused="",
        seconds=7.25,
    )


def results(lost: int = 0) -> dict[str, Any]:
    fault = Fault("kill_worker", "kill -9 of a worker", doubt=50)
    return results_of([(fault, [run(0, 30), run(1, 100, lost)])], ABOUT)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(MARKED)
    return path


def test_each_fault_is_told_in_figures_over_all_its_runs() -> None:
    [fault] = results()["faults"]
    told = {name: fault[name] for name in ("fault", "runs", "mails", "lost", "repeated")}
    assert told == {
        "fault": "kill_worker",
        "runs": 2,
        "mails": 2400,
        "lost": 0,
        "repeated": 0,
    }
    assert (fault["uncertain"], fault["most_uncertain"], fault["uncertain_allowed"]) == (
        130,
        100,
        100,
    )
    assert fault["kept"]


def test_every_run_says_at_which_moment_it_broke_what() -> None:
    assert [told["done"] for told in results()["runs"]] == [run(0, 0).done] * 2


@pytest.mark.parametrize(("struck", "said"), [(0, True), (2, False)])
def test_a_fault_that_chance_never_let_happen_is_named(struck: int, said: bool) -> None:
    fault = Fault("smtp_421_mail", "421 at MAIL", mood=Mood("MAIL", ["421 bye"], 0.03))
    shown = line(fault, [run(0, 0), replace(run(1, 0), struck=struck)])
    assert ("it never happened" in shown) is said


def test_the_table_has_a_row_for_each_fault() -> None:
    rows = table(results()).splitlines()
    assert rows[2] == "| kill -9 of a worker | 2 | 2,400 | 0 | 0 | 130 | 100 (100) |"
    assert rows[-1].startswith("2 of 2 runs kept every promise; 19 minutes, seed 20, ")


def test_the_table_does_not_hide_what_went_wrong() -> None:
    shown = table(results(lost=3))
    assert "| kill -9 of a worker | 2 | 2,400 | 3 | 0 |" in shown
    assert "1 of 2 runs kept every promise" in shown


def test_new_results_take_the_place_of_the_old(page: Path) -> None:
    write_page(results(), page)
    write_page(results(lost=3), page)
    assert page.read_text() == MARKED.replace("old\n", table(results(lost=3)))


def test_a_page_without_marks_is_refused_and_left_alone(page: Path) -> None:
    page.write_text("nothing here")
    with pytest.raises(ValueError, match=r"page\.md needs the marks"):
        write_page(results(), page)
    assert page.read_text() == "nothing here"


def test_the_page_of_the_docs_can_take_results(tmp_path: Path) -> None:
    copy = Path(shutil.copy(PAGE, tmp_path))
    write_page(results(), copy)
    assert table(results()) in copy.read_text()


def test_only_a_whole_run_reaches_the_docs(tmp_path: Path) -> None:
    before = PAGE.read_text()
    path = _store(results(), tmp_path / "chaos.json")
    assert json.loads(path.read_text()) == results()
    assert PAGE.read_text() == before
