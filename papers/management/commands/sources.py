"""manage.py sources: print the status of each job of the timetable. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from papers.jobs.status import Status, format_span, recently_left_out, statuses
from papers.jobs.timetable import JOBS

_HEAD = ("job", "source", "state", "last success", "next run", "timetable")


class Command(BaseCommand):
    help = "Print the last success, last error, lag and next run of each job of the timetable."

    def handle(self, *_args: Any, **_options: Any) -> None:
        now = timezone.now()
        found = statuses(JOBS, now)
        rows = [_HEAD, *(_row(status, now) for status in found)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            self.stdout.write(_aligned(row, widths))
        for note in _notes(found):
            self.stdout.write(note)
        for name, left_out in sorted(recently_left_out(now).items()):
            self.stdout.write(f"{name}: left out in the last 24 hours: {left_out}")


def _row(status: Status, now: datetime) -> tuple[str, ...]:
    return (
        status.spec.name,
        status.source,
        status.health,
        f"{format_span(status.lag)} ago" if status.lag is not None else "never",
        _next_run(status, now),
        str(status.spec.slot),
    )


def _next_run(status: Status, now: datetime) -> str:
    if status.disabled_reason or status.job is None:
        return "–"
    if status.job.next_run_at <= now:
        return "now"
    return f"{status.job.next_run_at:%Y-%m-%d %H:%M} UTC"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def _notes(found: Sequence[Status]) -> Iterator[str]:
    for status in found:
        if status.error and status.job and status.job.last_error_at:
            at = f"{status.job.last_error_at:%Y-%m-%d %H:%M} UTC"
            yield f"{status.spec.name}: {at}: {status.error}"
    off = {status.disabled_reason for status in found if status.disabled_reason}
    yield from sorted(f"Off: {reason}." for reason in off)
