"""The results of all runs: lines on the terminal, JSON, and the table of docs/crash-safety.md."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from bench import ROOT
from bench.chaos.run import Fault, Run
from fakes.mail_counts import Counts

PAGE: Final = ROOT / "docs" / "crash-safety.md"
MARKS: Final = ("<!-- figures: make chaos writes them -->\n\n", "\n<!-- end of figures -->")
_TABLE_HEAD: Final = """\
| What breaks | Runs | Mails | Lost | Repeated | Uncertain | Most in a run (allowed) |
| --- | --: | --: | --: | --: | --: | --: |
"""
_COUNTED: Final = ("runs", "mails", "lost", "repeated", "uncertain")
HEAD: Final = (
    f"{'fault':<46}{'runs':>5}{'mails':>8}{'lost':>6}{'repeated':>10}{'uncertain':>11}{'most':>6}"
)


def line(fault: Fault, runs: Sequence[Run]) -> str:
    """One fault's runs, added up; `most` is the most uncertain mails of a single run."""
    one = _summary(fault, runs)
    counts = (
        f"{one['runs']:>5}{one['mails']:>8,}{one['lost']:>6}{one['repeated']:>10}"
        f"{one['uncertain']:>11}{one['most_uncertain']:>6}"
    )
    idle = "  (it never happened)" if runs and never_happened(fault, runs) else ""
    wrong = [f"  run {run.run}: {', '.join(run.broken)} ({run.done})" for run in runs if run.broken]
    return "\n".join([f"{fault.words:<46}{counts}{idle}", *wrong])


def never_happened(fault: Fault, runs: Sequence[Run]) -> bool:
    """Whether a server was to misbehave and never did, so that the runs prove nothing."""
    return fault.misbehaviour is not None and not any(run.misbehaved for run in runs)


def results_of(
    runs_by_fault: Sequence[tuple[Fault, Sequence[Run]]], about: Mapping[str, Any]
) -> dict[str, Any]:
    """All of it, for JSON: each fault, and each run that left something to look at."""
    return {
        **about,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "faults": [_summary(fault, runs) for fault, runs in runs_by_fault],
        "runs": [run.as_json() for _, runs in runs_by_fault for run in runs if run.is_notable],
    }


def _summary(fault: Fault, runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "fault": fault.name,
        "words": fault.words,
        "runs": len(runs),
        **asdict(sum((run.counts for run in runs), Counts())),
        "most_uncertain": max((run.counts.uncertain for run in runs), default=0),
        "uncertain_allowed": max((run.uncertain_allowed for run in runs), default=0),
        "misbehaved": sum(run.misbehaved for run in runs),
        "kept": not any(run.broken for run in runs),
        "seconds": round(sum(run.seconds for run in runs), 1),
    }


def table(results: Mapping[str, Any]) -> str:
    """The results, as bench/results/chaos.json has them, in Markdown."""
    rows = "".join(f"{_row(fault)}\n" for fault in results["faults"])
    count = sum(fault["runs"] for fault in results["faults"])
    kept = count - sum(bool(run["broken"]) for run in results["runs"])
    return (
        f"{_TABLE_HEAD}{rows}\n{kept} of {count} runs kept every promise; "
        f"{results['seconds'] / 60:.0f} minutes, seed {results['seed']}, {results['machine']}.\n"
    )


def _row(fault: Mapping[str, Any]) -> str:
    counts = [f"{fault[name]:,}" for name in _COUNTED]
    most = f"{fault['most_uncertain']} ({fault['uncertain_allowed']})"
    return f"| {' | '.join([fault['words'], *counts, most])} |"
