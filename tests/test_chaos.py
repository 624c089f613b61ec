"""Two things break while mails flow, and nothing is lost or repeated: `make chaos` in small.

And a bug, planted on purpose, is caught: a harness that cannot fail proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.chaos.drill import Run, drill
from bench.chaos.faults import faults
from bench.chaos.planted import PLANT
from bench.chaos.rig import Rig

pytestmark = pytest.mark.flow

MAILS = 300
SEED = 7
FAULTS = {fault.name: replace(fault, share=1, composes=False) for fault in faults("")}
EVERYTHING = 2  # the runs in which all processes of the worker are killed: 2, 5, 8 …


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("chaos")) as running:
        yield running


def run(rig: Rig, name: str, number: int, plant: str = "") -> Run:
    rig.start_senders({PLANT: plant} if plant else {}, is_fresh=False)
    return drill(rig, FAULTS[name], number, MAILS, SEED)


@pytest.mark.parametrize(("name", "number"), [("kill_worker", EVERYTHING), ("flushall", 0)])
def test_nothing_is_lost_or_repeated(rig: Rig, name: str, number: int) -> None:
    shown = run(rig, name, number)
    assert shown.verdict.mails == MAILS
    assert shown.verdict.arrived > MAILS / 2
    assert shown.faults == [], shown.as_json()


def test_a_planted_bug_is_caught(rig: Rig) -> None:
    # Killed just between two bursts it would not show, hence up to three tries.
    tries = (run(rig, "kill_worker", number, "no_mark") for number in (2, 5, 8))
    assert any(shown.verdict.repeated for shown in tries)
