"""All results become one file, and the tables of a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import report, result_files
from bench.report import HEADLINES, assembled, spread, table, tables
from bench.tests.sample_results import MACHINE, make_parts


def test_the_promised_figures_stand_on_top_with_their_targets() -> None:
    latest = assembled(MACHINE, make_parts())

    assert {one.key: latest[one.key] for one in HEADLINES} == {
        "ratio_to_smtp_source": 1.1,
        "cpu_ratio_plain_django": 26,
        "ratio_to_django_newsletter": 35,
        "ledger_log_bytes_a_mail": 3100,
        "ratio_with_latency": 4,
        "ratio_with_latency_8_connections": 28.6,
        "queue_1m_seconds": 40,
        "rank_1m_seconds": 55.5,
        "choose_1m_seconds": 110,
        "choosing_mb": 220,
        "first_mail_seconds": 0.2,
        "first_mail_1m_seconds": 1.1,
        "cost_growth_10k_to_1m": 1.4,
        "front_kept": 4000,
        "topic_kept": 3900,
        "front_rendered": 70,
        "front_cpu_ms": 19.5,
        "largest_kb": 17.5,
        "search_p99_ms": 120,
        "sign_up_p99_ms": 400,
        "sign_ups_lost": 0,
        "events_p99_ms": 60,
        "events_lost": 0,
        "worker_rss_mb": 151,
    }
    assert latest["missing"] == {}
    assert latest["machine"] == {**MACHINE, "postgresql": "18.4"}
    assert latest["spreads"]["queue_1m_seconds"] == {"median": 40.0}
    assert latest["targets"]["cpu_ratio_plain_django"] == {"target": "≥ 25", "kept": True}
    assert latest["targets"]["cost_growth_10k_to_1m"] == {"target": "≤ 1.3", "kept": False}
    assert "rank_1m_seconds" not in latest["targets"]  # nothing was promised


def test_a_failed_benchmark_has_a_null_figure_with_reason() -> None:
    parts = make_parts()
    del parts["scaling"]
    latest = assembled(MACHINE, parts)

    assert latest["queue_1m_seconds"] is None
    assert latest["missing"]["queue_1m_seconds"] == "`python -m bench scaling` failed"
    assert set(assembled({}, {})["missing"]) == {one.key for one in HEADLINES}


def test_a_rival_that_could_not_be_installed_gives_its_reason() -> None:
    parts = make_parts()
    del parts["sending"]["ratios"]["ratio_to_django_newsletter"]
    parts["sending"]["missing"] = "could not be installed: no network"
    latest = assembled(MACHINE, parts)

    assert latest["ratio_to_django_newsletter"] is None
    assert "not measured: could not be installed: no network" in tables(latest)


def test_the_page_has_a_table_of_each_part() -> None:
    lines = tables(assembled(MACHINE, make_parts())).splitlines()

    assert lines[0].startswith("2026-11-23, 2 × A Processor, 15.6 GB, load 0.1 at the start; ")
    for row in (
        "| Seconds to queue a million | 40.0 | ≤ 45 | yes |",
        "| Cost a mail: a million's × ten thousand's | 1.40 | ≤ 1.3 | **no** |",
        "| plain Django, open connections | 3,000 (2,700 to 3,300) | 160 | 90 | 43.2 |",
        "| ours, the whole path | 8 | 200.0 (180.0 to 220.0) | 28.6 | 3.6 |",
        "| 1,000,000 | 40.0 | 55.5 | 320.0 | 3,125 | 160 | 90 | 250 | 151 | 2,900 |",
        "| front page | kept | 4,000 | 12 | 0.33 |",
        "| Of these sign-ups lost | 0 | ≤ 0 | yes |",
        "| Postmark | 50 | bursts of 50 | 50 | 503 (453 to 553) | 762 |",
    ):
        assert row in lines


def test_a_table_is_markdown() -> None:
    lines = table(("way", "mails/s"), [("ours", spread({"median": 1.234}, ".1f"))])
    assert lines == ["| way | mails/s |", "| --- | ---: |", "| ours | 1.2 |"]


@pytest.mark.parametrize("quick", [False, True])
def test_the_page_shows_only_runs_of_full_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    page = tmp_path / "performance.md"
    page.write_text(report.PAGE.read_text() + "\nbehind\n")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(result_files, "RESULTS", tmp_path)
    parts = make_parts() | {"papers": {"quick": quick}, "search": {"quick": quick}}
    for name, part in {**parts, "machine": MACHINE}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(part))

    latest = json.loads(report.main().read_text())

    assert latest["quick"] is quick
    assert ("A Processor" in page.read_text()) is not quick
    assert page.read_text().endswith("\nbehind\n")
