"""`make chaos`, or `python -m bench.chaos --fault kill_worker --runs 2 --mails 600`.

QUICK=1 runs each fault once. Exits with status 1 when a promise was not kept.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from django.conf import settings

from bench.chaos.faults import faults
from bench.chaos.planted_bugs import BUGS, PLANT
from bench.chaos.report import HEAD, MARKS, PAGE, line, never_happened, results_of, table
from bench.chaos.run import Fault, Run, run_fault
from bench.measuring import is_quick
from bench.result_files import as_text, replace_between, write
from fakes.service_processes import Service, ServiceError

_MINUTES: Final = 25.0
_MAILS: Final = 1000


def main(words: Sequence[str]) -> int:
    options = _arguments(words)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    print(f"seed {options.seed}: the same moments again with --seed {options.seed}", flush=True)
    try:
        with Service(settings.VAR_DIR / "chaos") as service:
            return _report(service, options)
    except ServiceError as error:
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
    parser.add_argument("--plant", choices=sorted(BUGS), default="", help="a bug to be found")
    options = parser.parse_args(words)
    if is_quick():
        options.runs, options.mails = options.runs or 1, min(options.mails, 300)
    return options


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit("stopped")  # the service stops on the way out


def _report(service: Service, options: argparse.Namespace) -> int:
    began = time.monotonic()
    known = faults(service.receiver.api_url)
    results: list[tuple[Fault, list[Run]]] = []
    print(f"{HEAD}\n{'─' * len(HEAD)}", flush=True)
    for fault in known:
        if options.fault and fault.name not in options.fault:
            continue
        planted = {PLANT: options.plant} if options.plant else {}
        environ = {**fault.environ, **planted}
        planned = replace(fault, runs=options.runs or fault.runs, environ=environ)
        results.append((planned, _runs(service, planned, options, began + options.minutes * 60)))
        print(line(*results[-1]), flush=True)
    seconds = round(time.monotonic() - began)
    about = {"seed": options.seed, "quick": is_quick(), "plant": options.plant, "seconds": seconds}
    partial = None if _is_whole(options, results) else service.var / "chaos.json"
    path = store(results_of(results, about), partial)
    print(f"{seconds / 60:.1f} minutes. Written to {path}")
    return _status(results)


def _is_whole(options: argparse.Namespace, results: Sequence[tuple[Fault, Sequence[Run]]]) -> bool:
    """Whether all runs of all faults were made, at their usual size, of the code as it is."""
    is_usual = options.mails == _MAILS and not is_quick()
    return is_usual and not (options.fault or options.runs or options.plant or _missing(results))


def _missing(results: Sequence[tuple[Fault, Sequence[Run]]]) -> list[str]:
    """Faults with fewer runs than planned, or that by chance never happened."""
    return [f.name for f, runs in results if len(runs) < f.runs or never_happened(f, runs)]


def store(results: Mapping[str, Any], partial: Path | None) -> Path:
    """Write the results; only those of a whole run go into the docs too."""
    if partial:
        partial.write_text(as_text(results) + "\n")
        return partial
    replace_between(PAGE, MARKS, table(results))
    return write("chaos", results)


def _runs(service: Service, fault: Fault, options: argparse.Namespace, last: float) -> list[Run]:
    """The runs of one fault, as long as there is time."""
    if time.monotonic() > last:
        return []
    program = "bench.chaos.planted_bugs" if PLANT in fault.environ else "celery"
    service.start_senders(fault.environ, is_fresh=fault.is_fresh, program=program)
    return [
        run_fault(service, fault, number, options.mails, options.seed)
        for number in range(fault.runs)
        if time.monotonic() < last
    ]


def _status(results: Sequence[tuple[Fault, Sequence[Run]]]) -> int:
    broken = [run for _, runs in results for run in runs if run.broken]
    missing = _missing(results)
    if broken:
        print(f"{len(broken)} runs did not keep what is promised.")
    if missing:
        print(f"No time was left for all runs of, or nothing happened in: {', '.join(missing)}.")
    return 1 if broken or (missing and not is_quick()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
