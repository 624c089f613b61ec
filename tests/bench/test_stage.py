"""What benchmarks share: their list, the stopwatch, memory, and the results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import stage
from bench.__main__ import benchmarks, run
from bench.stage import as_json, is_quick, peak_megabytes, reset_peak, timed, write


def test_what_has_a_main_is_a_benchmark_and_the_replay_is_none() -> None:
    assert "papers" in benchmarks()
    assert not {"backtest", "stage", "crowd"} & set(benchmarks())


def test_a_benchmark_that_fails_leaves_no_older_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stage, "RESULTS", tmp_path)
    write("no_such_benchmark", {"old": True})

    assert run(["no_such_benchmark"]) == 1
    assert not list(tmp_path.iterdir())
    assert "No module named bench.no_such_benchmark" in capfd.readouterr().err


def test_it_times_the_act_and_not_what_comes_before(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []
    timing = timed(
        "to append", lambda: done.append("act"), before=lambda: done.append("before"), target=5
    )

    assert done == ["before", "act"] * 3
    assert len(timing.seconds) == 3
    assert 0 < timing.median < 5
    assert "to append" in capsys.readouterr().out


def test_the_median_is_no_mean() -> None:
    timing = stage.Timing("three", (1.0, 2.0, 30.0))

    assert timing.median == 2
    assert "2.00 s  (1.00–30.00)" in str(timing)
    assert as_json(timing)["median"] == 2


def test_the_peak_of_memory_can_be_forgotten() -> None:
    big = bytearray(60_000_000)
    big[::4096] = b"x" * len(big[::4096])
    before = peak_megabytes()
    del big

    assert reset_peak() < before - 40
    assert peak_megabytes() < before - 40


@pytest.mark.parametrize(("said", "quick"), [("", False), ("0", False), ("1", True)])
def test_quick_is_asked_for(monkeypatch: pytest.MonkeyPatch, said: str, quick: bool) -> None:
    monkeypatch.setenv("QUICK", said)
    assert is_quick() is quick


def test_results_are_json_in_a_file_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "RESULTS", tmp_path / "results")
    path = write("papers", {"≤": 1})

    assert path == tmp_path / "results" / "papers.json"
    assert json.loads(path.read_text()) == {"≤": 1}
