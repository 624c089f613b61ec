"""The whole replay: its tables, and on the recorded history the quality that is promised."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench import ROOT
from bench.backtest.rankers import RANKERS
from bench.backtest.recorded_lists import read_entries, weeks
from bench.backtest.replay import backtest, judge, run, scenarios
from bench.backtest.tuning import cross_validate, held_out
from bench.tests.lists import row, two_weeks, written

HISTORY = ROOT.parent / "shared" / "data" / "daily_papers.jsonl.gz"


def test_every_ranker_is_judged_in_every_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = backtest(written(tmp_path, two_weeks()))
    output = capsys.readouterr().out

    assert list(found["scenarios"]) == ["week", "week_later", "day"]
    for table in found["scenarios"].values():
        assert list(table["rankers"]) == list(RANKERS)
        assert set(table["rankers"]["raw upvotes"]["against_raw"].values()) == {0.0}
    assert json.loads(json.dumps(found)) == found
    assert backtest(written(tmp_path, two_weeks())) == found
    assert "60 papers in 2 weeks and 10 days have a settled count" in output
    assert all(f"\n  {name}" in output for name in RANKERS)


def test_days_that_are_all_too_short_are_left_out(tmp_path: Path) -> None:
    rows = [one for number, one in enumerate(two_weeks()) if number % 6 < 4]
    assert list(backtest(written(tmp_path, rows))["scenarios"]) == ["week", "week_later"]


def test_without_history_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Nothing to replay. .*make backtest DATA=FILE"):
        run(tmp_path / "none.jsonl.gz")
    with pytest.raises(SystemExit, match="no week holds more than ten"):
        run(written(tmp_path, [row(1)]))


def test_weights_are_judged_on_a_week_held_out() -> None:
    lucky_once = [[0.9, 0.1, 0.1], [0.5, 0.5, 0.5]]
    assert held_out(np.array(lucky_once)).tolist() == [0.5, 0.1, 0.1]


def test_tuning_reports_both_gains(tmp_path: Path) -> None:
    found = cross_validate(weeks(read_entries(written(tmp_path, two_weeks()))))

    assert found["candidates"] == 45
    assert found["gain_where_chosen"] >= 0


@pytest.mark.skipif(not HISTORY.exists(), reason="needs ../shared, which no clone has")
def test_history_supports_the_figures_of_the_docs() -> None:
    """The figures of docs/ranking.md, within what twelve weeks can show."""
    entries = read_entries(HISTORY)
    found = {one.key: {row.ranker: row for row in judge(one)} for one in scenarios(entries)}
    week, day = found["week"], found["day"]["ours"]

    assert week["ours"].ndcg.mean >= 0.915
    assert week["ours"].against_raw.low >= -0.02
    assert week["ours"].ndcg.mean - week["Hacker News"].ndcg.mean >= 0.15
    assert week["ours"].ndcg.mean - week["Reddit hot"].ndcg.mean >= 0.25
    assert day.ndcg.mean >= 0.94
