"""Run all of docs/performance.md, or some of it: `python -m bench scaling`. QUICK=1: small sizes.

Each benchmark runs in a process of its own, so that its peak of memory is its own too. After all
of them, `bench.report` joins their results.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from bench import report, result_files

FOLDER = Path(__file__).parent
_MAIN = re.compile(r"^def main\(quick\b", re.MULTILINE)


def benchmarks() -> list[str]:
    """The modules of this folder that have a `main(quick)`, in the order of their names."""
    return [path.stem for path in sorted(FOLDER.glob("*.py")) if _MAIN.search(path.read_text())]


def run(names: list[str]) -> int:
    """Run them one after the other; returns how many failed."""
    failed = 0
    for name in names:
        print(f"── {name} ──", flush=True)
        (result_files.RESULTS / f"{name}.json").unlink(
            missing_ok=True
        )  # a failure leaves nothing old
        start = time.monotonic()
        done = subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False)
        print(f"({time.monotonic() - start:.0f} s)\n", flush=True)
        failed += done.returncode != 0
    return failed


def main() -> int:
    named, known = sys.argv[1:], benchmarks()
    if unknown := set(named) - set(known):
        sys.exit(f"No benchmark is named {', '.join(unknown)}. There are: {', '.join(known)}.")
    if named:
        return run(named)
    start = time.monotonic()
    result_files.write("machine", result_files.machine())
    failed = run(list(report.PARTS))
    path = report.main()
    print(f"Written to {path}; all of it took {(time.monotonic() - start) / 60:.1f} minutes")
    return failed


if __name__ == "__main__":
    sys.exit(main())
