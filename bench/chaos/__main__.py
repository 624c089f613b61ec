"""`make chaos`, or `python -m bench.chaos --fault kill_worker --runs 2 --mails 600`.

QUICK=1 runs each fault once. Ends by itself, with status 1 when a promise was not kept.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from django.conf import settings

from bench.chaos.drill import Fault, Run, drill
from bench.chaos.faults import faults
from bench.chaos.page import write_page
from bench.chaos.planted import PLANT, PLANTS
from bench.chaos.report import head, is_idle, line, results_of
from bench.chaos.rig import Rig, RigError
from bench.stage import RESULTS, is_quick

_MINUTES: Final = 25.0
_MAILS: Final = 1000


def main(words: Sequence[str]) -> int:
    told = _arguments(words)
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, _stop_asked)
    print(f"seed {told.seed}: the same moments again with --seed {told.seed}", flush=True)
    try:
        with Rig(settings.VAR_DIR / "chaos") as rig:
            return _report(rig, told)
    except RigError as error:
        print(error, file=sys.stderr)
        return 2


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    names = [fault.name for fault in faults("")]
    parser.add_argument("--fault", action="append", choices=names, default=[])
    parser.add_argument("--runs", type=int, help="of each fault (default: 20 kills, else 5)")
    parser.add_argument("--mails", type=int, default=_MAILS, help="of a run; some have a share")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=_MINUTES, help="begin no run after that")
    parser.add_argument("--plant", choices=sorted(PLANTS), default="", help="a bug to be caught")
    told = parser.parse_args(words)
    if is_quick():
        told.runs, told.mails = told.runs or 1, min(told.mails, 300)
    return told


def _stop_asked(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit("stopped")  # everything is taken down on the way out


def _report(rig: Rig, told: argparse.Namespace) -> int:
    began = time.monotonic()
    wanted = [f for f in faults(rig.receiver.api_url) if not told.fault or f.name in told.fault]
    results: list[tuple[Fault, list[Run]]] = []
    print(head(), flush=True)
    for fault in wanted:
        planted = {PLANT: told.plant} if told.plant else {}
        environ = {**fault.environ, **planted}
        planned = replace(fault, runs=told.runs or fault.runs, environ=environ)
        results.append((planned, _runs(rig, planned, told, began + told.minutes * 60)))
        print(line(*results[-1]), flush=True)
    seconds = time.monotonic() - began
    about = {"seed": told.seed, "quick": is_quick(), "plant": told.plant, "seconds": round(seconds)}
    partial = None if _is_whole(told, results) else rig.var / "chaos.json"
    path = _store(results_of(results, about), partial)
    print(f"{seconds / 60:.1f} minutes. Written to {path}")
    return _status(results)


def _is_whole(told: argparse.Namespace, results: Sequence[tuple[Fault, Sequence[Run]]]) -> bool:
    """Whether all runs of all faults were made, at their usual size, of the code as it is."""
    chosen = told.fault or told.runs or told.plant or told.mails != _MAILS or is_quick()
    return not (chosen or _unmade(results))


def _unmade(results: Sequence[tuple[Fault, Sequence[Run]]]) -> list[str]:
    """Faults that were not tried as often as they were to be, or that chance never let happen."""
    return [f.name for f, runs in results if len(runs) < f.runs or is_idle(f, runs)]


def _store(results: Mapping[str, Any], partial: Path | None) -> Path:
    """Only a whole run may be quoted: it goes into the docs, too."""
    path = partial or RESULTS / "chaos.json"
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if not partial:
        write_page(results)
    return path


def _runs(rig: Rig, fault: Fault, told: argparse.Namespace, last: float) -> list[Run]:
    """The runs of one fault, as long as there is time."""
    if time.monotonic() > last:
        return []
    rig.start_senders(fault.environ, is_fresh=fault.is_fresh)
    return [
        drill(rig, fault, number, told.mails, told.seed)
        for number in range(fault.runs)
        if time.monotonic() < last
    ]


def _status(results: Sequence[tuple[Fault, Sequence[Run]]]) -> int:
    broken = [run for _, runs in results for run in runs if run.faults]
    missing = _unmade(results)
    if broken:
        print(f"{len(broken)} runs did not keep what is promised.")
    if missing:
        print(f"No time was left for all runs of, or nothing happened in: {', '.join(missing)}.")
    return 1 if broken or (missing and not is_quick()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
