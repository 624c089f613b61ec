"""manage.py ingest: store and classify the papers of files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from papers.catalogue.counts import left_out
from papers.catalogue.ingest import noon
from papers.fetched import FetchedPaper
from papers.jobs.fetching import ingest_and_classify
from papers.sources import SourceError, decode, hugging_face, listing
from papers.sources.parsed import Parsed

_MOST_WARNINGS: Final = 20  # of one file; the counts stand in its report
_FIRST_DAY: Final = date(1991, 8, 14)  # when arXiv began
_EXAMPLES: Final = """examples:
  manage.py ingest listing page.txt --day 2025-03-14
  manage.py ingest hugging_face --file 2026-08-21.json
  manage.py ingest hugging_face recorded/*.json
"""


class Command(BaseCommand):
    help = "Store papers from files. The same file a second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = _EXAMPLES
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        sources = parser.add_subparsers(dest="source", required=True, metavar="SOURCE")
        page = sources.add_parser("listing", help="the text of a page: a header, then papers")
        page.add_argument("--day", required=True, help="the day of the page: 2025-03-14")
        answer = sources.add_parser("hugging_face", help="recorded answers of /api/daily_papers")
        answer.add_argument(
            "--day",
            help="the day of rows that have none; else the date in the file's name",
        )
        for source in (page, answer):
            _add_files(source)

    def handle(self, **options: Any) -> None:
        files: list[Path] = [*options["files"], *options["more_files"]]
        if not files:
            raise CommandError("Name a FILE to read.")
        day, read_at = _day(options["day"]), _moment(options["read_at"])
        for file in files:
            papers = self._read(file, options["source"], day)
            at = read_at or _read_at(file, papers, day)
            self._warn_of_left_out(file, papers)
            report = ingest_and_classify(options["source"], papers, read_at=at)
            line = f"{report}{left_out(len(papers.left_out), 0)}"
            self.stdout.write(f"{file}: {line}" if len(files) > 1 else line)

    def _read(self, file: Path, source: str, day: date | None) -> Parsed[FetchedPaper]:
        try:
            text = decode(file.read_bytes())
            if source == "listing" and day:
                self._warn_of_another_day(file, text, day)
                return listing.parse(text, day)
            today = timezone.now().date()
            papers = hugging_face.parse(text, day or hugging_face.day_in_name(file.name), today)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except SourceError as error:
            place = f"{file}:{error.line}" if error.line else str(file)
            raise CommandError(f"{place}: {error.reason}") from error
        for paper in papers:
            _refuse_future(paper.listed_on, f"{file}: {paper.arxiv_id} is listed on")
        return papers

    def _warn_of_left_out(self, file: Path, papers: Parsed[FetchedPaper]) -> None:
        reasons = [*papers.left_out, *(reason for paper in papers for reason in paper.left_out)]
        for reason in reasons[:_MOST_WARNINGS]:
            self._warn(f"{file}: left out: {reason}")
        if more := reasons[_MOST_WARNINGS:]:
            self._warn(f"{file}: left out: {len(more)} more")

    def _warn(self, warning: str) -> None:
        self.stderr.write(self.style.WARNING(f"Warning: {warning}"))

    def _warn_of_another_day(self, file: Path, text: str, day: date) -> None:
        if written := listing.contradiction(text, day):
            self._warn(f"{file} has the date “{written}”, and --day is {day}; {day} counts.")


def _add_files(source: argparse.ArgumentParser) -> None:
    source.add_argument("files", nargs="*", metavar="FILE", type=Path)
    source.add_argument(
        "--file", action="append", default=[], dest="more_files", metavar="FILE", type=Path,
        help="the same as FILE",
    )  # fmt: skip
    source.add_argument(
        "--read-at",
        help="when the signals were read: 2025-03-14T18:30Z; else noon, UTC, of the day",
    )


def _read_at(file: Path, papers: Sequence[FetchedPaper], day: date | None) -> datetime:
    """Noon of the file's day, or of the latest day on which one of its papers was listed."""
    named = day or hugging_face.day_in_name(file.name)
    days = [paper.listed_on for paper in papers] + ([named] if named else [])
    return noon(max(days, default=timezone.now().date()))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise CommandError(f"--day must look like 2025-03-14, not {text!r}.") from None
    _refuse_future(day, "--day is")
    if day < _FIRST_DAY:
        raise CommandError(f"--day is {day}, before arXiv began; is the year right?")
    return day


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--read-at must look like 2025-03-14T18:30Z, not {text!r}.")
    if moment > timezone.now():
        raise CommandError(f"--read-at is {text}, which is in the future.")
    return moment


def _refuse_future(day: date, subject: str) -> None:
    if day > timezone.now().date():
        raise CommandError(f"{subject} {day}, which is in the future.")
