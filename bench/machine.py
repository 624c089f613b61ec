"""The machine that figures come from, as it is before the first benchmark."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil


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
    told = Path("/proc/cpuinfo")
    text = told.read_text() if told.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()
