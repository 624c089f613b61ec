"""`python -m bench.backtest FILE`: replay the lists of a file (see `recorded_lists`)."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.backtest.replay import run

if len(sys.argv) != 2:
    sys.exit("Name the file of daily lists: python -m bench.backtest FILE")
run(Path(sys.argv[1]))
