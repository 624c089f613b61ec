"""What all runs have shown: a table for people, bench/results/chaos.json for machines."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from typing import Any

from bench.chaos.drill import Fault, Run
from bench.chaos.verdict import Verdict

_HEAD = (
    f"{'fault':<44}{'runs':>5}{'mails':>8}{'lost':>6}{'repeated':>10}{'uncertain':>11}{'most':>6}"
)


def head() -> str:
    return f"{_HEAD}\n{'─' * len(_HEAD)}"


def line(fault: Fault, runs: Sequence[Run]) -> str:
    """One fault's runs, added up; `most` is the most uncertain mails of a single run."""
    total = added(runs)
    most = max((run.verdict.uncertain for run in runs), default=0)
    told = (
        f"{fault.words:<44}{len(runs):>5}{total.mails:>8,}{total.lost:>6}{total.repeated:>10}"
        f"{total.uncertain:>11}{most:>6}"
    )
    wrong = [f"  run {run.number}: {', '.join(run.faults)} ({run.done})" for run in runs]
    if runs and is_idle(fault, runs):
        told += "  (it never happened)"
    return "\n".join([told, *(w for w, run in zip(wrong, runs, strict=True) if run.faults)])


def is_idle(fault: Fault, runs: Sequence[Run]) -> bool:
    """Whether a server was to misbehave and never did, so that the runs prove nothing."""
    return fault.mood is not None and not any(run.struck for run in runs)


def added(runs: Sequence[Run]) -> Verdict:
    return sum((run.verdict for run in runs), Verdict())


def results_of(
    told: Sequence[tuple[Fault, Sequence[Run]]], about: Mapping[str, Any]
) -> dict[str, Any]:
    """All of it, for JSON."""
    return {
        **about,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "faults": [_summary(fault, runs) for fault, runs in told],
        "runs": [run.as_json() for _, runs in told for run in runs],
    }


def _summary(fault: Fault, runs: Sequence[Run]) -> dict[str, Any]:
    counts = added(runs).as_json()
    return {
        "fault": fault.name,
        "words": fault.words,
        "runs": len(runs),
        **counts,
        "most_uncertain": max((run.verdict.uncertain for run in runs), default=0),
        "uncertain_allowed": max((run.most_uncertain for run in runs), default=0),
        "struck": sum(run.struck for run in runs),
        "kept": not any(run.faults for run in runs),
        "seconds": round(sum(run.seconds for run in runs), 1),
    }
