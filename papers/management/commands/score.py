"""manage.py score: score the papers of a window, today's or a past one."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from papers.models import Trend
from papers.ranking.score import score
from papers.windows import WINDOWS, Window


class Command(BaseCommand):
    help = "Score the papers listed in a window from the signals read until it closed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--window", choices=WINDOWS, help="one of them; without it all three")
        parser.add_argument("--day", help="the window's last day, like 2025-03-14; default: today")
        parser.add_argument("--top", type=int, default=10, help="how many to print (default 10)")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        day = _day(options["day"]) if options["day"] else now.astimezone(UTC).date()
        windows: tuple[Window, ...] = (options["window"],) if options["window"] else WINDOWS
        for window in windows:
            scored = score(window, day, now)
            self.stdout.write(f"{window} of {day}: {scored} papers scored.")
            for place, trend in enumerate(_top(window, day, options["top"]), start=1):
                self.stdout.write(f"{place:>4}. {trend.value:7.3f}  {trend.paper.title}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--day must look like 2025-03-14, not {text!r}.") from error


def _top(window: Window, day: date, limit: int) -> list[Trend]:
    trends = Trend.objects.filter(window=window, day=day).select_related("paper")
    return list(trends.defer("paper__search").order_by("-value", "paper_id")[: max(limit, 0)])
