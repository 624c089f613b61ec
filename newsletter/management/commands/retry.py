"""`manage.py retry`: count what failed by no fault of the reader; with --yes, send it again."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter import tasks
from newsletter.delivery.retry import (
    DAYS,
    CannotRetry,
    described,
    failed_editions,
    find,
    retry,
    why_not,
)
from newsletter.failures import RETRYABLE, fault_of
from newsletter.models import Edition
from papers.windows import closes_at

_FAULTS = ("ours", "settings", "relay")


class Command(BaseCommand):
    help = (
        "Count the digests that failed by our fault, the settings' or the mail server's; with "
        "--yes queue them again, each with what it said before. None that may have arrived is sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--edition",
            metavar="CADENCE/DAY",
            help="weekly/2025-03-14, or an edition's number; default: all that are young enough",
        )
        parser.add_argument(
            "--reason",
            choices=[*_FAULTS, *(reason.value for reason in RETRYABLE)],
            metavar="REASON",
            help=f"{', '.join(_FAULTS)}, or one of the reasons that the count shows; default: all",
        )
        parser.add_argument(
            "--days",
            type=int,
            default=DAYS,
            metavar="N",
            help=f"also editions that closed so many days ago; default: {DAYS}",
        )
        parser.add_argument(
            "--resume", action="store_true", help="resume these editions, if they are paused"
        )
        parser.add_argument("--yes", action="store_true", help="queue them; else only count")

    def handle(self, *args: Any, **options: Any) -> None:
        now, reasons = timezone.now(), _reasons(options["reason"])
        editions = _editions(options["edition"], now, options["days"])
        if not editions:
            self.stdout.write(f"Nothing has failed in editions of the last {options['days']} days.")
        for edition in editions:
            self._count(edition, reasons)
            if options["yes"]:
                self._retry(edition, now, reasons, options)
        if editions and not options["yes"]:
            self.stdout.write("Nothing was changed. With --yes they are queued again.")
        if options["yes"]:
            tasks.send_queued_again()

    def _count(self, edition: Edition, reasons: list[str]) -> None:
        found = find(edition.pk)
        chosen = {one: count for one, count in found.by_reason.items() if one in reasons}
        halt = f" ({edition.halt})" if edition.halt else ""
        self.stdout.write(f"{edition}{halt}: {sum(chosen.values()):,} can be sent again")
        for line in described(chosen):
            self.stdout.write(f"  {line}")
        if found.unwilling:
            self.stdout.write(f"  left: {found.unwilling:,} of readers who get no mail any more")
        if found.arrived:
            self.stdout.write(f"  left: {found.arrived:,} that arrived, as the provider says")
        for line in described(found.final):
            self.stdout.write(f"  left: {line}")

    def _retry(self, edition: Edition, now: datetime, reasons: list[str], options: Any) -> None:
        try:
            count = retry(
                edition.pk,
                now,
                reasons=reasons,
                days=options["days"],
                and_resume=options["resume"],
            )
        except CannotRetry as error:
            raise CommandError(f"{edition}: {error}") from error
        waits = " They wait: the edition is paused." if _is_paused(edition.pk) else ""
        self.stdout.write(f"  {count:,} are queued again.{waits}")


def _is_paused(edition_id: int) -> bool:
    return Edition.objects.filter(pk=edition_id, paused_at__isnull=False).exists()


def _reasons(word: str | None) -> list[str]:
    """The retryable reasons that a word of the command line names."""
    if word is None:
        return list(RETRYABLE)
    return [reason for reason in RETRYABLE if word in (reason.value, fault_of(reason))]


def _editions(name: str | None, now: datetime, days: int) -> list[Edition]:
    if name is None:
        return failed_editions(now, days)
    cadence, _, day = name.partition("/")
    editions = Edition.objects.light()
    try:
        found = editions.get(cadence=cadence, day=day) if day else editions.get(pk=int(name))
    except (Edition.DoesNotExist, ValueError, ValidationError):
        raise CommandError(
            f"There is no edition {name}. Write it like weekly/2025-03-14."
        ) from None
    if reason := why_not(found, now, days):
        hint = f" --days {(now - closes_at(found.day)).days} sends it all the same."
        raise CommandError(f"{found}: {reason}{hint if 'days ago' in reason else ''}")
    return [found]
