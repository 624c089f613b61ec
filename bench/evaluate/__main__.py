"""`python -m bench.evaluate FILE`: one line of JSON for each protocol; how far it is, on stderr.

FILE is an evaluation file (`bench.evaluate.data`) or a folder of recorded lists.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.evaluate.data import UnusableFileError
from bench.evaluate.run import evaluate

if len(sys.argv) != 2:
    sys.exit("Name a file or folder: python -m bench.evaluate FILE, or make evaluate DATA=FILE")
try:
    evaluate(Path(sys.argv[1]))
except UnusableFileError as error:
    print(" ".join(str(error).split()), file=sys.stderr)
    sys.exit(2)
