"""`manage.py compose --cadence weekly --day 2025-03-14`: compose and freeze an edition."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.delivery.compose_again import CannotComposeAgain, compose_again
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
            "--again",
            action="store_true",
            help="replace what a frozen edition holds, if nothing of it was sent",
        )
        parser.add_argument(
            "--show", type=int, default=10, metavar="N", help="how many papers to list"
        )

    def _compose_again(self, cadence: str, day: date, now: datetime) -> None:
        try:
            compose_again(Edition.objects.get(cadence=cadence, day=day).pk, now)
        except Edition.DoesNotExist:
            pass  # then it is composed for the first time
        except CannotComposeAgain as error:
            raise CommandError(f"The {cadence} edition of {day} stays as it is. {error}") from error

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        day = options["day"] or last_closed_day(now)
        if options["again"]:
            self._compose_again(options["cadence"], day, now)
        existed = Edition.objects.filter(
            cadence=options["cadence"], day=day, state="frozen"
        ).exists()
        try:
            edition = compose(options["cadence"], day, now)
        except NotClosedYet as error:
            raise CommandError(f"{error} Choose an earlier --day.") from error
        when = "frozen before" if existed and not options["again"] else "frozen now"
        self.stdout.write(f"{edition}: {edition.candidates.count()} papers, {when}")
        for candidate in edition.candidates.select_related("paper")[: options["show"]]:
            self.stdout.write(
                f"{candidate.position:4}. {candidate.facts['title']}  ({candidate.trend:.2f})"
            )
