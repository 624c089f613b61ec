"""What becomes of all results: one file, and the tables of a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import report, stage
from bench.headlines import HEADLINES
from bench.tables import spread, table, tables
from tests.bench.results import make_machine, make_parts

KEYS = (
    "ratio_to_smtp_source",
    "cpu_ratio_plain_django",
    "ratio_to_django_newsletter",
    "ratio_with_latency",
    "queue_1m_seconds",
    "rank_1m_seconds",
    "cost_growth_10k_to_1m",
    "worker_rss_mb",
)


def test_the_promised_figures_stand_on_top() -> None:
    latest = report.assembled(make_machine(), make_parts())

    assert latest["ratio_to_smtp_source"] == 1.1
    assert latest["queue_1m_seconds"] == 40
    assert all(latest[key] is not None for key in KEYS)
    assert not latest["missing"]
    assert latest["machine"] == {**make_machine(), "postgresql": "18.4"}
    assert latest["rounds"] == [{"ours": {"rate": 3100.0}}]


def test_a_spread_is_told_of_what_was_measured_several_times() -> None:
    spreads = report.assembled(make_machine(), make_parts())["spreads"]

    assert spreads["first_mail_seconds"] == pytest.approx(
        {"median": 0.2, "least": 0.18, "most": 0.22}
    )
    assert spreads["queue_1m_seconds"] == {"median": 40.0}


def test_targets_say_whether_they_are_kept() -> None:
    targets = report.assembled(make_machine(), make_parts())["targets"]

    assert targets["cpu_ratio_plain_django"] == {"target": "≥ 25", "kept": True}
    assert targets["cost_growth_10k_to_1m"] == {"target": "≤ 1.3", "kept": False}
    assert "rank_1m_seconds" not in targets  # nothing was promised


def test_what_a_failed_benchmark_owes_is_null_with_a_reason() -> None:
    parts = make_parts()
    del parts["scaling"]
    latest = report.assembled(make_machine(), parts)

    assert latest["queue_1m_seconds"] is None
    assert latest["missing"]["queue_1m_seconds"].startswith("`python -m bench scaling`")
    assert latest["ratio_to_smtp_source"] == 1.1


def test_a_rival_that_could_not_be_installed_gives_its_reason() -> None:
    parts = make_parts()
    del parts["sending"]["ratios"]["ratio_to_django_newsletter"]
    del parts["sending"]["ways"]["django_newsletter"]
    parts["sending"]["missing"] = "django-newsletter could not be installed: no network"
    latest = report.assembled(make_machine(), parts)

    assert latest["ratio_to_django_newsletter"] is None
    assert "no network" in latest["missing"]["ratio_to_django_newsletter"]
    assert "not measured: django-newsletter could not be installed" in tables(latest)


def test_nothing_at_all_still_makes_a_file() -> None:
    latest = report.assembled({}, {})

    assert set(latest["missing"]) == {one.key for one in HEADLINES}


def test_the_page_has_a_table_of_each_part() -> None:
    told = tables(report.assembled(make_machine(), make_parts()))

    assert "2 × A Processor, 15.6 GB, load 0.1 at the start" in told
    assert "| Seconds to queue a million | 40.0 | ≤ 45 | yes |" in told
    assert "| 1.40 | ≤ 1.3 | **no** |" in told
    assert "| plain Django, open connections | 3,000 (2,700 to 3,300) | 160 | 90 | 43.2 |" in told
    assert "| ours, the whole path | 8 | 200.0 (180.0 to 220.0) | 28.6 | 3.6 |" in told
    assert "| 1,000,000 | 40.0 | 55.5 | 320.0 | 3,125 | 160 | 90 | 250 | 151 | 2,900 |" in told
    assert "| a cheap sink | ours, 1 connection | 4,000 (3,900 to 3,900) | 110 |" in told
    assert "| Postmark | 50 ms | bursts of 50 | 50 | 503 (480 to 510) | 762 |" in told


def test_smtp_source_is_given_mails_of_our_size() -> None:
    told = tables(report.assembled(make_machine(), make_parts()))
    assert "| smtp-source -d -s 4 | 3,000 (2,700 to 3,300) | 160 | 90 | 46.0 |" in told


def test_a_table_is_markdown() -> None:
    assert table(("way", "mails/s"), [("ours", "3,000")]) == [
        "| way | mails/s |",
        "| --- | ---: |",
        "| ours | 3,000 |",
    ]


def test_a_single_measurement_has_no_spread() -> None:
    assert spread({"median": 1.234}, ".1f") == "1.2"


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    page = "before\n<!-- measured -->\nold\n\\1\n<!-- /measured -->\nafter\n"
    told = report.replaced(page, "| new \\1 |\n")
    assert told == "before\n<!-- measured -->\n| new \\1 |\n<!-- /measured -->\nafter\n"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="<!-- measured -->"):
        report.replaced("no marks", "new")


def test_the_page_has_its_marks() -> None:
    assert "new" in report.replaced(report.PAGE.read_text(), "new")


@pytest.mark.parametrize("quick", [False, True])
def test_the_page_shows_only_runs_of_full_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    page = tmp_path / "performance.md"
    page.write_text("<!-- measured -->\nold\n<!-- /measured -->\n")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(stage, "RESULTS", tmp_path)
    parts = make_parts() | {"papers": {"quick": quick}, "search": {"quick": quick}}
    for name, part in {**parts, "machine": make_machine()}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(part))

    latest = json.loads(report.main().read_text())

    assert latest["quick"] is quick
    assert ("old" in page.read_text()) is quick
