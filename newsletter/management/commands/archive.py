"""`manage.py archive`: archive old deliveries now, or show which ones would be archived."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.delivery.archive import InUse, Partition, archive, partitions

_NO_LIMIT: Final = datetime.max.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Move deliveries older than LEDGER_RETENTION_DAYS to the archive, which keeps the "
        "subscriber, the edition, the state and the time of each. Beat does this each night."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only show what would be archived"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - timedelta(days=settings.LEDGER_RETENTION_DAYS)
        for part in partitions():
            stays = part.stays_for(before)
            if not stays and not options["dry_run"]:
                _archive(part, before)
            result = "would be archived" if options["dry_run"] else "archived"
            self.stdout.write(f"{line(part)}  {f'stays: {stays}' if stays else result}")


def line(part: Partition) -> str:
    """A partition in one line of text: its editions, its deliveries, its last change."""
    changed = f"{part.touched_at:%Y-%m-%d}" if part.touched_at else "never"
    return f"editions {part.first} to {part.last}  {part.rows:>11,} deliveries, last {changed}"


def _archive(part: Partition, before: datetime) -> None:
    try:
        archive(part, before, until=_NO_LIMIT)
    except InUse as error:
        raise CommandError(f"{error}. Try again when that is done: a backup, perhaps.") from error
