"""One file and one page of what all benchmarks found: `python -m bench.report`.

bench/results/latest.json always; the tables in docs/performance.md after a run of full size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench import ROOT, stage
from bench.headlines import HEADLINES, Headline
from bench.tables import tables

PAGE: Final = ROOT / "docs" / "performance.md"
MACHINE: Final = "machine"
PARTS: Final = ("sending", "latency", "scaling", "smtp", "bursts", "papers", "search")
_PLACE: Final = re.compile(r"(<!-- measured -->\n).*(<!-- /measured -->)", re.DOTALL)


def main() -> Path:
    """Put together what there is in bench/results; returns where it was written."""
    latest = assembled(*_read(stage.RESULTS))
    if not latest["quick"] and latest["parts"].keys() == set(PARTS):
        PAGE.write_text(replaced(PAGE.read_text(), tables(latest)))
        print(f"The tables of {PAGE.relative_to(ROOT)} are those of this run.")
    print("\n" + tables(latest))
    return stage.write("latest", latest)


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The machine, and the results of each benchmark that there are."""
    found = {
        name: json.loads((folder / f"{name}.json").read_text())
        for name in (MACHINE, *PARTS)
        if (folder / f"{name}.json").exists()
    }
    return found.pop(MACHINE, {}), found


def assembled(machine: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """The promised figures on top, `None` with a reason where one is missing; then all parts."""
    spreads = {one.key: one.found(parts) for one in HEADLINES}
    sending = parts.get("sending", {})
    return {
        "quick": any(part.get("quick", False) for part in parts.values()),
        **{key: round(found["median"], 3) if found else None for key, found in spreads.items()},
        "targets": {one.key: _kept(one, spreads[one.key]) for one in HEADLINES if one.target()},
        "missing": {one.key: _why(one, parts) for one in HEADLINES if not spreads[one.key]},
        "machine": {**machine, "postgresql": sending.get("postgresql")},
        "spreads": {key: found for key, found in spreads.items() if found},
        "rounds": sending.get("rounds", []),
        "parts": dict(parts),
    }


def _kept(one: Headline, found: Mapping[str, float] | None) -> dict[str, Any]:
    return {"target": one.target(), "kept": one.is_kept(found["median"]) if found else None}


def _why(one: Headline, parts: Mapping[str, Any]) -> str:
    if one.part not in parts:
        return f"`python -m bench {one.part}` did not come to its end"
    return str(parts[one.part].get("missing") or "not measured")


def replaced(page: str, told: str) -> str:
    """The page with `told` between its two marks.

    Raises:
        ValueError: the page has no such marks.
    """
    if not _PLACE.search(page):
        raise ValueError("docs/performance.md lacks <!-- measured --> and <!-- /measured -->")
    return _PLACE.sub(lambda found: f"{found[1]}{told}{found[2]}", page)


if __name__ == "__main__":
    main()
