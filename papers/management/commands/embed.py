"""manage.py embed: compute the vectors of papers now. It runs the job of the timetable."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from papers.catalogue.counts import counted
from papers.jobs.fetching import FetchReport
from papers.jobs.run import run
from papers.jobs.schedule import Step
from papers.jobs.timetable import BY_NAME, VECTORS, vector_report
from papers.similarity.embed import (
    Embedded,
    embed_papers,
    forget_vectors,
    missing_vectors,
    needs_vectors,
    open_encoder,
)

_WIDTH: Final = 30  # of the bar, in characters
_SECONDS: Final = 60.0  # of a step: its job's lease lasts longer
_EVERY: Final = 10.0  # seconds between two lines, where there is no terminal
_EXAMPLES: Final = """examples:
  manage.py embed               the papers that have no vector yet, or one of another model
  manage.py embed --limit 1000  the newest thousand of them
  manage.py embed --all         every paper once more; stopped, it goes on without --all
"""


class Command(BaseCommand):
    help = "Compute the vectors of papers now, as the timetable does by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = _EXAMPLES
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--all", action="store_true", help="every paper once more")
        parser.add_argument("--limit", type=_number, metavar="N", help="at most so many papers")

    def handle(self, **options: Any) -> None:
        if options["all"]:
            forget_vectors()
        limit: int | None = options["limit"]
        waiting = missing_vectors()
        progress = _Progress(self, min(waiting, limit or waiting))
        spec = replace(BY_NAME[VECTORS], steps=partial(_steps, progress, limit))
        result = run(spec, budget=None, is_by_hand=True)
        progress.end()
        if result is None:
            raise CommandError("Vectors are being computed already; try again in some minutes.")
        if result.error:
            raise CommandError(f"{result.error}")


class _Progress:
    """A bar on a terminal; elsewhere a line every ten seconds."""

    def __init__(self, command: BaseCommand, total: int) -> None:
        self.done = Embedded()
        self._out, self._err = command.stdout, command.stderr
        self._is_terminal = command.stderr.isatty()
        self._total = total
        self._began = self._shown = time.monotonic()

    def show(self, before: Embedded, now: Embedded) -> None:
        self.done = before + now
        if self._is_terminal:
            self._err.write(f"\r{self._bar()}  {self._speed()} ", style_func=str, ending="")
        elif time.monotonic() - self._shown >= _EVERY:
            self._shown = time.monotonic()
            self._out.write(f"{self.done.read:,} of {self._total:,}: {self._speed()}")

    def end(self) -> None:
        if self._is_terminal and self.done.read:
            self._err.write("", style_func=str)
        failed = f"; the model failed at {self.done.failed:,}" if self.done.failed else ""
        self._out.write(f"{counted(self.done.papers, 'vector')} computed{failed}.")

    def _bar(self) -> str:
        share = min(1.0, self.done.read / max(1, self._total))
        filled = int(_WIDTH * share)
        return f"{'█' * filled}{'░' * (_WIDTH - filled)} {int(100 * share):3} %"

    def _speed(self) -> str:
        rate = self.done.read / max(0.001, time.monotonic() - self._began)
        left = max(0, self._total - self.done.read) / max(rate, 0.001)
        return f"{rate:.1f} papers/s, {_clock(left)} left"


def _steps(progress: _Progress, limit: int | None, _now: datetime) -> Iterator[Step]:
    def embed() -> FetchReport:
        before = progress.done
        most = limit - before.read if limit else None
        done = embed_papers(
            encoder, seconds=_SECONDS, most=most, on_chunk=partial(progress.show, before)
        )
        return vector_report(encoder, done)

    with open_encoder() as encoder:
        yield Step(embed)
        while needs_vectors(encoder) and (not limit or progress.done.read < limit):
            yield Step(embed)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of papers, such as 1000")
    return number
