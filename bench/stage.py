"""What every benchmark needs: an empty database, a stopwatch, and a place for its results."""

from __future__ import annotations

import gc
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from local import servers

RESULTS = Path(__file__).parent / "results"


def is_quick() -> bool:
    """Whether QUICK=1 asks for small sizes: a look at whether it runs, no figures to quote."""
    return os.environ.get("QUICK", "") not in ("", "0")


@contextmanager
def empty_database() -> Iterator[None]:
    """A new, migrated database on running servers, dropped at the end; real data is elsewhere."""
    with nullcontext() if servers.not_needed() else servers.running(settings.VAR_DIR):
        real = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(real, verbosity=0)


def postgresql_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of several runs of one thing, and of them what this process itself computed.

    On a machine that others use too, the computed ones say more; the rest is waiting, for the
    database among others.
    """

    name: str
    seconds: tuple[float, ...]
    target: float | None = None
    computed: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        spread = f"{min(self.seconds):.2f}–{max(self.seconds):.2f}"
        target = f"   target < {self.target:g} s" if self.target else ""
        own = f"   computed {statistics.median(self.computed):.2f} s" if self.computed else ""
        return f"{self.name:<52}{self.median:>8.2f} s  ({spread}){own}{target}"


def timed(
    name: str,
    act: Callable[[], object],
    *,
    times: int = 3,
    before: Callable[[], object] = lambda: None,
    target: float | None = None,
) -> Timing:
    """Do it `times` over, each after `before`, which is not counted, and print how long it took."""
    seconds, computed = [], []
    for _ in range(times):
        before()
        start, start_computed = time.perf_counter(), time.process_time()
        act()
        seconds.append(time.perf_counter() - start)
        computed.append(time.process_time() - start_computed)
    timing = Timing(name, tuple(seconds), target, tuple(computed))
    print(timing, flush=True)
    return timing


def peak_megabytes() -> float:
    """The most memory that this process has held since `reset_peak`."""
    return _status("VmHWM")


def reset_peak() -> float:
    """Forget the peak so far; returns what is held now, in megabytes."""
    gc.collect()
    with suppress(OSError):  # a container may forbid it; then the peak is that of the whole run
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def write(name: str, results: dict[str, Any]) -> Path:
    """Write bench/results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    return path


def as_json(timing: Timing) -> dict[str, Any]:
    return {**asdict(timing), "median": timing.median}
