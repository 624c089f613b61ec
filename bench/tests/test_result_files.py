"""Files of results: their lines, their digits, and none of a benchmark that fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import result_files
from bench.__main__ import benchmarks, run
from bench.result_files import replace_between, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(result_files, "RESULTS", tmp_path / "results")
    return tmp_path / "results"


def test_a_row_is_one_line_and_figures_have_six_digits(folder: Path) -> None:
    rows = [{"way": "ours", "words": "≤" * 300, "rate": 1234.56789, "mails": n} for n in range(3)]
    path = write("sending", {"quick": False, "rows": rows})

    assert path == folder / "sending.json"
    assert json.loads(path.read_text())["rows"][2] == {**rows[2], "rate": 1234.57}
    assert len(path.read_text().splitlines()) == 8


def test_only_the_text_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page, marks = tmp_path / "page.md", ("<begin>\n", "<end>")
    page.write_text("before <begin>\nold\n<end> after")
    replace_between(page, marks, "new \\1\n")
    assert page.read_text() == "before <begin>\nnew \\1\n<end> after"
    with pytest.raises(ValueError, match=r"page\.md needs the marks <begin> and <lost>"):
        replace_between(page, ("<begin>\n", "<lost>"), "newer")
    assert page.read_text() == "before <begin>\nnew \\1\n<end> after"


def test_every_module_with_a_main_is_a_benchmark() -> None:
    assert benchmarks() == [
        "bursts", "events", "latency", "pages", "papers", "profiles", "scaling", "search",
        "sending",
    ]  # fmt: skip


def test_a_benchmark_that_fails_leaves_no_older_result(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write("no_such_benchmark", {"old": True})

    assert run(["no_such_benchmark"]) == 1
    assert list(folder.iterdir()) == []
    assert "No module named bench.no_such_benchmark" in capfd.readouterr().err
