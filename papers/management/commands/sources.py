"""manage.py sources: how the jobs of the timetable stand. It only prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from papers.jobs.status import Status, in_words, statuses
from papers.jobs.timetable import LINES

_HEAD = ("job", "asks", "state", "last success", "next run", "timetable")


class Command(BaseCommand):
    help = "Show the timetable of sources: last success, last error, lag and next run of each job."

    def handle(self, *_args: Any, **_options: Any) -> None:
        now = timezone.now()
        standing = statuses(LINES, now)
        rows = [_HEAD, *(_row(one, now) for one in standing)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            self.stdout.write(_aligned(row, widths))
        for note in _notes(standing):
            self.stdout.write(note)


def _row(one: Status, now: datetime) -> tuple[str, ...]:
    return (
        one.line.name,
        one.source,
        one.health,
        f"{in_words(one.lag)} ago" if one.lag is not None else "never",
        _next_run(one, now),
        str(one.line.slot),
    )


def _next_run(one: Status, now: datetime) -> str:
    if one.off_because or one.job is None:
        return "–"
    if one.job.next_run_at <= now:
        return "now"
    return f"{one.job.next_run_at:%Y-%m-%d %H:%M} UTC"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def _notes(standing: Sequence[Status]) -> Iterator[str]:
    for one in standing:
        if one.error and one.job and one.job.last_error_at:
            yield f"{one.line.name}: {one.job.last_error_at:%Y-%m-%d %H:%M} UTC: {one.error}"
    off = {one.off_because for one in standing if one.off_because}
    yield from sorted(f"Off: {reason}." for reason in off)
