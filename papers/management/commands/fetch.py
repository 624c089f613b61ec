"""manage.py fetch: fetch from live sources now. It runs jobs of the timetable."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from papers.catalogue.counts import counted
from papers.jobs.fetch import hugging_face
from papers.jobs.fetch.arxiv import fetch_papers
from papers.jobs.fetching import FetchReport
from papers.jobs.run import run
from papers.jobs.schedule import JobSpec, Step
from papers.jobs.timetable import BY_NAME, DAILY_LISTS, JOBS, METADATA, SOURCES
from papers.sources import SourceError, arxiv
from papers.sources.http import Http, Limits
from papers.sources.hugging_face import SOURCE, connect
from papers.text.arxiv_ids import pasted_id

_WIDTH: Final = 30  # of the bar, in characters
# Hugging Face renews its quota every five minutes; an operator can wait for that.
_PATIENT: Final = Limits(pause=300.0)
_EXAMPLES: Final = """examples:
  manage.py fetch                        all sources that are on
  manage.py fetch github                 one, even if it is off
  manage.py fetch hugging_face --from 2025-03-01 --to 2025-03-31
  manage.py fetch arxiv --papers 1706.03762 https://arxiv.org/abs/2503.10622
"""


class Command(BaseCommand):
    help = "Fetch from live sources now, as the timetable does by itself, and print the result."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = _EXAMPLES
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("sources", nargs="*", metavar="SOURCE", help=", ".join(SOURCES))
        parser.add_argument("--from", dest="first", help="the first daily list: 2025-03-01")
        parser.add_argument("--to", dest="last", help="the last one; else today's")
        parser.add_argument("--papers", nargs="+", metavar="ID", help="ids of arXiv, or links")

    def handle(self, **options: Any) -> None:
        names: list[str] = options["sources"] or settings.SOURCES
        if options["first"] or options["last"]:
            if options["sources"] != [SOURCE]:
                raise CommandError(f"--from and --to are for {SOURCE} alone: it has daily lists.")
            self._back_fill(_days(options["first"], options["last"], timezone.now().date()))
        elif options["papers"]:
            if options["sources"] != [arxiv.SOURCE]:
                raise CommandError(f"--papers is for {arxiv.SOURCE} alone: it takes arXiv ids.")
            self._fetch_papers(_ids(options["papers"]))
        else:
            _refuse_unknown(names)
            self._fetch_all(names)

    def _fetch_papers(self, ids: Sequence[str]) -> None:
        spec = replace(BY_NAME[METADATA], steps=partial(_paper_steps, ids))
        if not self._run(spec):
            raise CommandError("Not all papers were fetched; those that were are stored.")

    def _fetch_all(self, names: Sequence[str]) -> None:
        """Run every job of these sources; an error of one stops no other."""
        failed = 0
        for spec in JOBS:
            if spec.source in names and (not spec.needs or getattr(settings, spec.needs)):
                failed += not self._run(spec)
        if failed:
            raise CommandError(f"{counted(failed, 'job')} failed; what was fetched is stored.")

    def _run(self, spec: JobSpec) -> bool:
        result = run(spec, is_by_hand=True)
        if result is None:
            self.stdout.write(f"{spec.name}: is running already")
            return True
        self.stdout.write(f"{spec.name}: {result.report}")
        if result.error:
            self.stderr.write(self.style.ERROR(f"{spec.name}: {result.error}"))
        return result.error is None

    def _back_fill(self, days: Sequence[date]) -> None:
        progress = _Progress(self, len(days))
        steps = partial(_list_steps, days)
        spec = replace(BY_NAME[DAILY_LISTS], steps=steps)
        result = run(spec, budget=None, is_by_hand=True, on_step=progress.show)
        if result is None:
            raise CommandError("Daily lists are being read already; try again in some minutes.")
        progress.end(result.report)
        if result.error:
            missed = ", ".join(map(str, progress.missed))
            after = progress.reached + timedelta(days=1) if progress.reached else days[0]
            rest = f"; go on with --from {after}" if progress.done < len(days) else ""
            raise CommandError(f"Without {missed}: {result.error}{rest}")


class _Progress:
    """A bar on a terminal; in a file, a line for each list."""

    def __init__(self, command: BaseCommand, total: int) -> None:
        self.done = 0
        self.reached: date | None = None  # the last day that was read
        self.missed: list[date] = []
        self._papers = 0
        self._out, self._err = command.stdout, command.stderr
        self._total = total
        self._is_terminal = command.stderr.isatty()

    def show(self, step: Step, result: FetchReport | SourceError) -> None:
        if step.day is None:
            return
        if isinstance(result, SourceError):
            self.missed.append(step.day)
            if not result.permanent:
                return  # the run ends here; this day must be read again
        else:
            self._papers += result.papers
        self.done, self.reached = self.done + 1, step.day
        if self._is_terminal:
            self._err.write(self._bar(step.day), style_func=str, ending="")
        else:
            self._out.write(f"{step.day}: {result}")

    def end(self, report: FetchReport) -> None:
        if self._is_terminal:
            self._err.write("", style_func=str)
        self._out.write(f"{self.done} of {self._total} lists: {report}")

    def _bar(self, day: date) -> str:
        filled = _WIDTH * self.done // self._total
        bar = "█" * filled + "░" * (_WIDTH - filled)
        return (
            f"\r{bar} {100 * self.done // self._total:3} %  {day}  {counted(self._papers, 'paper')}"
        )


def _list_steps(days: Sequence[date], _: datetime) -> Iterator[Step]:
    def read(http: Http, day: date) -> FetchReport:
        return hugging_face.fetch_day(http, day, timezone.now())  # a back-fill may take an hour

    with connect(_PATIENT) as http:
        for day in days:
            yield Step(partial(read, http, day), day)


def _paper_steps(ids: Sequence[str], now: datetime) -> Iterator[Step]:
    with arxiv.connect() as http:
        yield Step(partial(fetch_papers, http, ids, now))


def _ids(texts: Sequence[str]) -> list[str]:
    """The distinct ids among ids and links, in their order."""
    found = {text: pasted_id(text) for text in texts}
    for text, found_id in found.items():
        if found_id is None:
            raise CommandError(f"{text!r} is no arXiv id, such as 1706.03762, nor a link with one.")
    return list(dict.fromkeys(str(found_id) for found_id in found.values()))


def _refuse_unknown(names: Sequence[str]) -> None:
    known = ", ".join(SOURCES)
    if not names:
        raise CommandError(f"No live source is on. Set SOURCES, or name one of {known}.")
    for name in names:
        if name not in SOURCES:
            raise CommandError(f"{name!r} is no live source; there are {known}.")


def _days(first: str | None, last: str | None, today: date) -> list[date]:
    if first is None:
        raise CommandError("--to needs --from, the first day.")
    begin, end = _day("--from", first, today), _day("--to", last, today) if last else today
    if begin > end:
        raise CommandError(f"--from {begin} is after --to {end}.")
    return [begin + timedelta(days=ahead) for ahead in range((end - begin).days + 1)]


def _day(option: str, text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option} must look like 2025-03-14, not {text!r}.") from None
    if day > today:
        raise CommandError(f"{option} is {day}, which is in the future.")
    return day
