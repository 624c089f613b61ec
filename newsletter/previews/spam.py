"""What SpamAssassin says of a mail, if it is installed: offline, in a process with a time limit."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

_LIMIT: Final = 30  # seconds; it takes two to start
_SCORE: Final = re.compile(r"^X-Spam-Status:.*?score=(-?[0-9.]+)", re.MULTILINE | re.DOTALL)
_TABLE: Final = "pts rule name"
_RULE: Final = re.compile(r"^ *(-?[0-9]+\.[0-9]+) ([A-Z][A-Z0-9_]+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SpamReport:
    """`score` is None when nothing could be measured, and `why` says the reason."""

    score: float | None
    rules: tuple[tuple[str, float], ...] = ()
    why: str = ""


def spam_report(raw: bytes) -> SpamReport:
    """The score of a raw mail and the rules that it hits."""
    program = shutil.which("spamassassin")
    if program is None:
        return SpamReport(None, why="SpamAssassin is not installed.")
    command = [program, "--local", "--nocreate-prefs", "--test-mode"]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, check=True, timeout=_LIMIT)
    except subprocess.TimeoutExpired:
        return SpamReport(None, why=f"SpamAssassin did not end within {_LIMIT} seconds.")
    except (OSError, subprocess.CalledProcessError):
        return SpamReport(None, why="SpamAssassin failed.")
    return read_report(done.stdout.decode(errors="replace"))


def read_report(output: str) -> SpamReport:
    """The score and the rules of what `spamassassin --test-mode` prints."""
    score = _SCORE.search(output)
    if score is None:
        return SpamReport(None, why="SpamAssassin gave no score.")
    # Its table is the last one: a mail may hold lines that look like it.
    table = output.rpartition(_TABLE)[2] if _TABLE in output else ""
    rules = tuple((name, float(points)) for points, name in _RULE.findall(table))
    return SpamReport(float(score[1]), rules)
