"""`manage.py compose --cadence weekly --day 2025-03-14`: compose and freeze an edition."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.editions.compose import NotClosedYet, compose
from newsletter.editions.windows import WINDOW_OF
from newsletter.models import Edition
from papers.windows import last_closed_day


def iso_day(text: str) -> date:
    """A day of the calendar, written 2025-03-14."""
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = "Compose the edition of a cadence that ends with a day. A frozen one stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cadence", choices=list(WINDOW_OF), required=True)
        parser.add_argument(
            "--day",
            type=iso_day,
            metavar="YYYY-MM-DD",
            help="its last day; default: yesterday (UTC)",
        )
        parser.add_argument(
            "--show", type=int, default=10, metavar="N", help="how many papers to list"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        day = options["day"] or last_closed_day(now)
        existed = Edition.objects.filter(
            cadence=options["cadence"], day=day, state="frozen"
        ).exists()
        try:
            edition = compose(options["cadence"], day, now)
        except NotClosedYet as error:
            raise CommandError(f"{error} Choose an earlier --day.") from error
        when = "frozen before" if existed else "frozen now"
        self.stdout.write(f"{edition}: {edition.candidates.count()} papers, {when}")
        for candidate in edition.candidates.select_related("paper")[: options["show"]]:
            self.stdout.write(
                f"{candidate.position:4}. {candidate.facts['title']}  ({candidate.trend:.2f})"
            )
