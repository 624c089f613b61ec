"""Do gained stars foretell the next ones?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench.star_gains import check, spearman


def written(folder: Path, series: Mapping[str, Sequence[tuple[float, int | None]]]) -> Path:
    """Reads given as (days after the first, stars)."""
    rows = [
        {
            "arxiv_id": paper,
            "scraped_at": (datetime(2026, 4, 1, 3) + timedelta(days=day)).isoformat(),  # noqa: DTZ001
            "github_stars": stars,
        }
        for paper, reads in series.items()
        for day, stars in reads
    ]
    path = folder / "stars.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return path


def test_gains_that_go_on_are_foretold_and_fame_is_not(tmp_path: Path) -> None:
    gains = {f"p{n}": n for n in range(9)}
    fame = {paper: 5_000 - 300 * n for paper, n in gains.items()}
    reads = {
        paper: [(0.0, fame[paper]), (1.0, fame[paper] + n), (2.0, fame[paper] + 2 * n)]
        for paper, n in gains.items()
    }
    found = check(written(tmp_path, reads))

    assert found is not None
    assert found["repositories"] == 9
    assert found["points"] == pytest.approx(1)
    assert found["level"] == pytest.approx(-1)


def test_a_repository_that_was_not_read_on_both_days_is_left_out(tmp_path: Path) -> None:
    reads: dict[str, list[tuple[float, int | None]]] = {
        "a": [(0.0, 5), (1.0, 6), (2.0, 9)],
        "b": [(0.0, 5), (1.0, 9), (2.0, 15)],
        "once": [(0.0, 5)],
        "no second day": [(0.0, 5), (1.0, 9)],
        "no first day": [(0.0, 5), (2.0, 9)],
        "missing": [(0.0, None), (1.0, None), (2.0, None)],
    }
    found = check(written(tmp_path, reads))

    assert found is not None
    assert found["repositories"] == 2


def test_without_the_file_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path / "none.jsonl.gz") is None
    assert "there is no none.jsonl.gz" in capsys.readouterr().out


def test_equal_values_share_their_rank() -> None:
    assert spearman([1, 2, 2, 3], [1, 2, 2, 3]) == pytest.approx(1)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 1, 2, 2], [1, 2, 1, 2]) == pytest.approx(0)
