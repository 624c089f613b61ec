"""Files of results, bench/results/NAME.json, and the machine that they come from."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

RESULTS = Path(__file__).parent / "results"
_WIDTH: Final = 600  # characters


def write(name: str, results: Mapping[str, Any]) -> Path:
    """Write bench/results/NAME.json; its figures have six digits."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(as_text(rounded(results)) + "\n")
    return path


def as_text(value: Any, indent: str = "") -> str:
    """JSON in lines that can be compared: each item of a list stands on one line, however long."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, Mapping | list | tuple) or len(flat) < _WIDTH:
        return flat
    inner = f"{indent} "
    if isinstance(value, Mapping):
        lines = [f"{inner}{json.dumps(key)}: {as_text(of, inner)}" for key, of in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    lines = [inner + json.dumps(one, ensure_ascii=False) for one in value]
    return "[\n" + ",\n".join(lines) + f"\n{indent}]"


def rounded(value: Any) -> Any:
    """The same with floats of six significant digits: more are noise in each comparison."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def replace_between(path: Path, marks: tuple[str, str], text: str) -> None:
    """Write another text between the two marks of a page.

    Raises:
        ValueError: the page has lost a mark.
    """
    before, begin, rest = path.read_text().partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not (begin and end):
        raise ValueError(f"{path.name} needs the marks {marks[0].strip()} and {marks[1].strip()}")
    path.write_text(f"{before}{begin}{text}{end}{after}")


def machine() -> dict[str, Any]:
    """Processors, memory in GB, the load of the last minute, versions."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cpus": os.cpu_count(),
        "cpu": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_at_start": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    text = path.read_text() if path.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()
