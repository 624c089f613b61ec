"""Evaluation files are read, odd rows are left out, and an error names the place."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench.evaluate.data import Interaction, UnusableFileError, read_evaluation
from bench.evaluate.recorded_data import LISTS, SUBMITTERS, read_recorded
from bench.tests.evaluation_files import evaluation, papers, ratings, row, written


def test_a_file_is_read_gzipped_or_not(tmp_path: Path) -> None:
    content = evaluation([row("ada", "r1", "rating", 4, "2025-03-10")])
    plain = read_evaluation(written(tmp_path, content))
    packed = read_evaluation(written(tmp_path, content, "file.json.gz"))
    assert plain.interactions == [Interaction("ada", "r1", "rating", 4.0, date(2025, 3, 10))]
    assert (packed.interactions, packed.papers) == (plain.interactions, plain.papers)
    assert plain.papers["r1"].year == "2001"


def test_a_time_stands_for_its_day(tmp_path: Path) -> None:
    content = evaluation([row("ada", "r1", "save", date="2025-03-10T17:00:00Z")])
    assert read_evaluation(written(tmp_path, content)).interactions[0].day == date(2025, 3, 10)


def test_a_number_as_an_id_is_a_text(tmp_path: Path) -> None:
    content = evaluation([{**row("", "r1", "save"), "user": 7}])
    assert read_evaluation(written(tmp_path, content)).interactions[0].user == "7"


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ([], "not an object"),
        (None, "not an object"),
        ({"paper": "r1", "kind": "save"}, '"user" is missing'),
        (row("ada", "r1", "click"), "unknown kind 'click'"),
        (row("ada", "none", "save"), "unknown paper 'none'"),
        (row("ada", "r1", "rating", float("nan")), "the rating is nan"),
        (row("ada", "r1", "rating", "4"), "the rating is '4'"),
        (row("ada", "r1", "rating", True), "the rating is True"),
        (row("ada", "r1", "rating", None), "the rating is None"),
        (row("ada", "r1", "rating", 11), "the rating is 11"),
        (row("ada", "r1", "rating", float("inf")), "the rating is inf"),
        (row("ada", "r1", "rating", 10**400), "int too large"),
        (row("ada", "no\nsuch", "save"), "unknown paper 'no\\nsuch'"),
        (row("ada", "r1", "save", date="soon"), "Invalid isoformat string"),
        (row("ada", "r1", "save", date=2025), "the date is 2025"),
        ({**row("ada", "r1", "save"), "user": ["ada"]}, '"user" is no text'),
    ],
)
def test_a_single_odd_row_is_left_out_with_a_note(tmp_path: Path, odd: Any, reason: str) -> None:
    found = read_evaluation(written(tmp_path, evaluation([*ratings(), odd])))
    assert (len(found.interactions), found.left_out) == (len(ratings()), 1)
    assert found.notes[0].startswith(f"interactions[{len(ratings())}]: {reason}")


def test_a_paper_without_any_text_is_left_out_with_its_rows(tmp_path: Path) -> None:
    found = read_evaluation(
        written(tmp_path, evaluation(ratings(), r8={"title": " ", "abstract": None}))
    )
    assert "r8" not in found.papers
    assert found.left_out == 1 + 6  # the paper, and the ratings of it by six readers


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a JSON file"),
        (b"{", "not a JSON file"),
        (b"\xff\xfe", "not a JSON file"),
        (b"[" * 100_000, "not a JSON file"),
        (b"[]", "an object with interactions and papers was expected"),
        (b"{}", '"interactions" is missing'),
        (b'{"interactions": {}, "papers": {}}', '"interactions" is not a list'),
        (b'{"interactions": [1]}', '"papers" is missing'),
        (b'{"interactions": [], "papers": {}}', '"interactions" is empty'),
        (b'{"interactions": [1], "papers": {}}', '"papers" is empty'),
        (b'{"interactions": [1], "papers": {"a": 1}}', "papers[a]: not an object"),
        (gzip.compress(b"{}" * 500, mtime=0)[:-9], "Compressed file ended"),
    ],
)
def test_an_unusable_file_is_refused_with_the_place(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(UnusableFileError) as refusal:
        read_evaluation(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert reason in str(refusal.value)


def test_a_file_of_odd_rows_only_is_refused_with_the_first(tmp_path: Path) -> None:
    path = written(tmp_path, evaluation([row("ada", "none", "save")] * 3))
    with pytest.raises(UnusableFileError, match=r"interactions\[0\]: unknown paper 'none'"):
        read_evaluation(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"away\.json: No such file"):
        read_evaluation(tmp_path / "away.json")


def recorded(folder: Path, lines: list[dict[str, Any]], submitted: str) -> Path:
    text = "\n".join(json.dumps(line) for line in lines).encode()
    (folder / LISTS).write_bytes(gzip.compress(text))
    (folder / SUBMITTERS).write_text("user,arxiv_id,date,kind\n" + submitted)
    return folder


def listed(paper: str, upvotes: int) -> dict[str, Any]:
    about = papers()[paper]
    facts = {"arxiv_id": paper, "featured_on": "2025-03-10", "upvotes": upvotes}
    return {**about, **facts, "categories": ["cs.RO"]}


def test_recorded_lists_and_submissions_are_read(tmp_path: Path) -> None:
    submitted = "ada,r1,2025-03-10,x\nbob,elsewhere,2025-03-10,x\n"
    found = read_recorded(recorded(tmp_path, [listed("r1", 0), listed("r2", 8)], submitted))
    assert [(one.user, one.paper) for one in found.interactions] == [("ada", "r1")]
    assert [found.papers[one].popularity for one in ("r1", "r2")] == [-1, 1]
    assert found.papers["r1"].categories == ("cs.RO",)


def test_the_accounts_that_submit_for_others_are_left_out(tmp_path: Path) -> None:
    curator = "".join(f"curator,other{number},2025-03-10,x\n" for number in range(701))
    submitted = f"ada,r1,2025-03-10,x\ncurator,r2,2025-03-10,x\n{curator}"
    found = read_recorded(recorded(tmp_path, [listed("r1", 0), listed("r2", 8)], submitted))
    assert {one.user for one in found.interactions} == {"ada"}


def test_a_broken_line_of_the_lists_is_named(tmp_path: Path) -> None:
    folder = recorded(tmp_path, [listed("r1", 0), {"arxiv_id": "r2"}], "")
    with pytest.raises(UnusableFileError, match="line 2: KeyError"):
        read_recorded(folder)


@pytest.mark.parametrize(
    "odd",
    [
        [], 5, None, {"title": 5}, {"title": " "}, {"abstract": 5}, {"arxiv_id": ["r2"]},
        {"upvotes": 10**400}, {"upvotes": float("inf")}, {"upvotes": "many"},
        {"featured_on": None}, {"featured_on": "soon"},
    ],
)  # fmt: skip
def test_a_line_of_the_lists_with_odd_values_is_named(tmp_path: Path, odd: Any) -> None:
    line = {**listed("r2", 8), **odd} if isinstance(odd, dict) else odd
    folder = recorded(tmp_path, [listed("r1", 0), line], "")
    with pytest.raises(UnusableFileError, match=r"gz, line 2: "):
        read_recorded(folder)


def test_authors_and_categories_of_another_form_are_none(tmp_path: Path) -> None:
    odd = {**listed("r1", 0), "authors": [1, "Ada"], "categories": 5}
    [paper] = read_recorded(recorded(tmp_path, [odd], "")).papers.values()
    assert paper.authors == {"ada"}
    assert paper.categories == ()


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (b"\xff,r1,2025-03-10,x\n", 1), (b"ada,r1,soon,x\n", 2), (b"ada\n", 2),
        (b",r1,2025-03-10,x\n", 2), (b"a" * 200_000 + b",r1,2025-03-10,x\n", 1),
    ],
)  # fmt: skip
def test_a_broken_line_of_the_submissions_is_named(tmp_path: Path, rows: bytes, line: int) -> None:
    folder = recorded(tmp_path, [listed("r1", 0)], "")
    (folder / SUBMITTERS).write_bytes(b"user,arxiv_id,date,kind\n" + rows)
    with pytest.raises(UnusableFileError, match=rf"csv, line {line}: "):
        read_recorded(folder)


def test_a_note_is_one_line(tmp_path: Path) -> None:
    found = read_evaluation(written(tmp_path, evaluation(ratings(), **{"a\nb": 7})))
    assert found.notes == ["papers[a b]: not an object"]
