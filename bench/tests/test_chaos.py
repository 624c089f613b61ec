"""`make chaos` in small, its report, and bugs planted on purpose, which it must find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.chaos.__main__ import store
from bench.chaos.faults import faults
from bench.chaos.planted_bugs import BUGS, PLANT, plant
from bench.chaos.report import MARKS, PAGE, line, results_of, table
from bench.chaos.run import Fault, Run, run_fault
from fakes.mail_counts import Counts
from fakes.mail_receiver import Misbehaviour
from fakes.service_processes import Service
from newsletter.delivery import ledger

MAILS, SEED = 300, 7
ALL_PROCESSES = 2  # the runs in which all processes of the worker are killed: 2, 5, 8 …
SMALL = {fault.name: replace(fault, share=1, composes=False) for fault in faults("")}
KILL = Fault("kill_worker", "kill -9 of a worker", doubt=50)


def made_run(number: int, uncertain: int, lost: int = 0) -> Run:
    counts = Counts(mails=1200, arrived=1170, uncertain=uncertain, lost=lost)
    return Run("kill_worker", number, "kill -9", counts, 100, 0, True, "", seconds=7.2)


def results(lost: int = 0) -> dict[str, Any]:
    about = {"seed": 20, "quick": False, "plant": "", "seconds": 1140}
    return results_of([(KILL, [made_run(0, 30), made_run(1, 100, lost)])], about)


# ── the report ───────────────────────────────────────────────────────────────


def test_a_run_names_each_promise_that_it_broke() -> None:
    assert made_run(0, 100).broken == []
    assert made_run(0, 101, lost=2).broken == ["2 lost", "101 uncertain, 100 allowed"]
    assert replace(made_run(0, 0), finished=False).broken == ["not finished in time"]
    failed = replace(made_run(0, 0), counts=Counts(failed=3), wrong=["not paused"])
    assert failed.broken == ["not paused"]
    assert replace(failed, keeps_all=True).broken == ["not paused", "3 failed"]


@pytest.mark.parametrize(("misbehaved", "idle"), [(0, True), (2, False)])
def test_a_fault_that_never_happened_is_named(misbehaved: int, idle: bool) -> None:
    fault = Fault("smtp_421", "421 at MAIL", misbehaviour=Misbehaviour("MAIL", ["421 bye"], 0.03))
    shown = line(fault, [made_run(0, 0), replace(made_run(1, 0), misbehaved=misbehaved)])
    assert ("it never happened" in shown) is idle


def test_the_table_adds_up_runs_and_hides_no_loss() -> None:
    right, wrong = (table(results(lost)).splitlines() for lost in (0, 3))
    assert right[2] == "| kill -9 of a worker | 2 | 2,400 | 0 | 0 | 130 | 100 (100) |"
    assert right[-1].startswith("2 of 2 runs kept every promise; 19 minutes, seed 20, ")
    assert wrong[2] == "| kill -9 of a worker | 2 | 2,400 | 3 | 0 | 130 | 100 (100) |"
    assert wrong[-1].startswith("1 of 2 runs kept every promise")


def test_a_partial_run_does_not_reach_the_docs(tmp_path: Path) -> None:
    before = PAGE.read_text()
    path = store(results(), tmp_path / "chaos.json")
    assert json.loads(path.read_text()) == results()
    assert "counts" not in results()["runs"][0]
    assert sum(line.startswith('  {"fault"') for line in path.read_text().splitlines()) == 2
    assert PAGE.read_text() == before
    assert all(before.count(mark) == 1 for mark in MARKS)


# ── planted bugs ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(BUGS))
def test_each_bug_can_be_planted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {statement: getattr(ledger, statement) for statement, _, _ in BUGS[name]}
    for statement, sql in right.items():
        monkeypatch.setattr(ledger, statement, sql)  # restored afterwards
    plant(name)
    assert all(getattr(ledger, statement) != sql for statement, sql in right.items())


def test_a_bug_whose_statement_has_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_MARK_SENDING", "SELECT 1")
    with pytest.raises(ValueError, match="plant another bug"):
        plant("no_mark")


# ── real processes ───────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("chaos")) as running:
        yield running


@pytest.mark.flow
@pytest.mark.parametrize(("name", "number"), [("kill_worker", ALL_PROCESSES), ("flushall", 0)])
def test_no_mail_is_lost_or_repeated(service: Service, name: str, number: int) -> None:
    service.start_senders({}, is_fresh=False)
    run = run_fault(service, SMALL[name], number, MAILS, SEED)
    assert run.counts.mails == MAILS
    assert run.counts.arrived > MAILS / 2
    assert run.broken == [], run.as_json()


@pytest.mark.flow
def test_a_planted_bug_is_found(service: Service) -> None:
    program = "bench.chaos.planted_bugs"
    service.start_senders({PLANT: "no_mark"}, is_fresh=False, program=program)
    # Killed between two bursts it would not show, hence up to three tries.
    tries = (run_fault(service, SMALL["kill_worker"], n, MAILS, SEED) for n in (2, 5, 8))
    assert any(run.counts.repeated for run in tries)
