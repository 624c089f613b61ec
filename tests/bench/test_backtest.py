"""The whole replay: tables, JSON, and on the recorded history the quality that is promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.backtest import backtest, judge, run, scenarios
from bench.history import read_history, weeks
from bench.rankers import RANKERS
from bench.tuning import cross_validate, held_out
from tests.bench.lists import row, two_weeks, written


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return backtest(written(tmp_path_factory.mktemp("lists"), two_weeks()), draws=2)


def test_every_ranker_is_judged_in_every_scenario(replayed: dict[str, Any]) -> None:
    assert set(replayed["scenarios"]) == {
        "week",
        "week_later",
        "day",
        "week_fast",
        "week_fast_later",
        "week_slow",
        "week_slow_later",
    }
    for table in replayed["scenarios"].values():
        assert list(table["rankers"]) == list(RANKERS)


def test_the_results_are_json(replayed: dict[str, Any]) -> None:
    assert json.loads(json.dumps(replayed)) == replayed


def test_raw_upvotes_do_not_differ_from_themselves(replayed: dict[str, Any]) -> None:
    for table in replayed["scenarios"].values():
        against = table["rankers"]["raw upvotes"]["against_raw"]
        assert set(against.values()) == {0.0}


def test_replaying_again_gives_the_same(tmp_path: Path, replayed: dict[str, Any]) -> None:
    assert backtest(written(tmp_path, two_weeks()), draws=2) == replayed


def test_the_table_shows_each_ranker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backtest(written(tmp_path, two_weeks()), draws=1)
    told = capsys.readouterr().out

    assert "60 papers in 2 weeks and 10 days have a settled count" in told
    assert all(f"\n  {name}" in told for name in RANKERS)


def test_days_that_are_all_too_short_are_left_out(tmp_path: Path) -> None:
    rows = [one for number, one in enumerate(two_weeks()) if number % 6 < 4]
    found = backtest(written(tmp_path, rows), draws=1)

    assert "day" not in found["scenarios"]
    assert "week" in found["scenarios"]


def test_without_history_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Nothing to replay. .*make backtest DATA=FILE"):
        run(tmp_path / "none.jsonl.gz")
    with pytest.raises(SystemExit, match="no week holds more than ten"):
        run(written(tmp_path, [row(1)]))


def test_weights_are_judged_on_the_week_that_had_no_part_in_the_choice() -> None:
    lucky_once = [[0.9, 0.1, 0.1], [0.5, 0.5, 0.5]]
    assert held_out(np.array(lucky_once)).tolist() == [0.5, 0.1, 0.1]


def test_tuning_tells_what_it_gains_and_what_it_seems_to(tmp_path: Path) -> None:
    found = cross_validate(weeks(read_history(written(tmp_path, two_weeks()))))

    assert found["candidates"] == 45
    assert found["gain_where_chosen"] >= 0


def test_history_bears_out_what_the_docs_promise(shared: Path) -> None:
    """The figures of docs/ranking.md, held to what twelve weeks can show."""
    entries = read_history(shared / "data" / "daily_papers.jsonl.gz")
    found = {
        scenario.key: {line.ranker: line for line in judge(scenario)}
        for scenario in scenarios(entries, draws=3)
    }
    week, day = found["week"], found["day"]["ours"]

    assert week["ours"].ndcg.mean >= 0.915
    assert week["ours"].against_raw.low >= -0.02
    assert week["ours"].ndcg.mean - week["Hacker News"].ndcg.mean >= 0.15
    assert week["ours"].ndcg.mean - week["Reddit hot"].ndcg.mean >= 0.25
    assert day.ndcg.mean >= 0.94
    for key in ("week_fast", "week_slow", "week_slow_later"):
        assert found[key]["ours"].against_raw.mean >= 0.01
    assert found["week_fast_later"]["ours"].against_raw.mean >= -0.005
