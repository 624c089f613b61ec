"""The table of docs/crash-safety.md, out of the results: nobody copies figures by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench import ROOT

PAGE: Final = ROOT / "docs" / "crash-safety.md"
_BEGIN: Final = "<!-- figures: make chaos writes them -->\n\n"
_END: Final = "\n<!-- end of figures -->"
_HEAD: Final = """\
| What breaks | Runs | Mails | Lost | Repeated | Uncertain | Most in a run (allowed) |
| --- | --: | --: | --: | --: | --: | --: |
"""
_COUNTED: Final = ("runs", "mails", "lost", "repeated", "uncertain")


def table(results: Mapping[str, Any]) -> str:
    """The results, as bench/results/chaos.json has them, in Markdown."""
    rows = "".join(f"{_row(fault)}\n" for fault in results["faults"])
    kept = sum(not run["broken"] for run in results["runs"])
    return (
        f"{_HEAD}{rows}\n{kept} of {len(results['runs'])} runs kept every promise; "
        f"{results['seconds'] / 60:.0f} minutes, seed {results['seed']}, {results['machine']}.\n"
    )


def _row(fault: Mapping[str, Any]) -> str:
    counts = [f"{fault[name]:,}" for name in _COUNTED]
    most = f"{fault['most_uncertain']} ({fault['uncertain_allowed']})"
    return f"| {' | '.join([fault['words'], *counts, most])} |"


def write_page(results: Mapping[str, Any], path: Path = PAGE) -> None:
    """Put the results between the marks of the page, in place of those before.

    Raises:
        ValueError: the page has lost a mark.
    """
    before, begin, rest = path.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{path.name} needs the marks {_BEGIN.strip()} and {_END.strip()}")
    path.write_text(f"{before}{begin}{table(results)}{end}{after}")
