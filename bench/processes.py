"""Processor time and memory of processes."""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path

import psutil


def cpu_seconds(root: psutil.Process, but: int = 0) -> float:
    """Processor time that a process and its descendants used so far, also those that ended.

    Args:
        but: the id of a descendant that is not counted.
    """
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        if process.pid == but:
            continue
        with suppress(psutil.Error):  # it has ended: then its parent has its time
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def largest_megabytes(root: psutil.Process) -> float:
    """The memory of the largest child of a process."""
    return max(child.memory_info().rss for child in root.children()) / 2**20


def peak_megabytes() -> float:
    """The most memory that this process has held since `reset_peak`."""
    return _status("VmHWM")


def reset_peak() -> float:
    """Reset the peak; returns the memory in use now, in megabytes."""
    gc.collect()
    with suppress(OSError):  # a container may forbid it; then the peak is that of the whole run
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
