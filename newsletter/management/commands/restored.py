"""`manage.py restored`: after a backup was restored, decide about the mails that wait in it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.delivery.queueing.dispatch import skip_due
from newsletter.delivery.restored import (
    Doubt,
    doubt,
    hold_waiting,
    is_restored,
    mark_restored,
    resume_sending,
)
from newsletter.delivery.retry import hold_failed


class Command(BaseCommand):
    help = (
        "After a backup was restored, nothing is sent: what waits in it may have been sent since. "
        "Without an option, show what waits."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--hold",
            action="store_true",
            help="send none of it: waiting mails become uncertain, and failed ones that could be "
            "sent again too; readers who are due get their next digest at their next slot",
        )
        choice.add_argument(
            "--send",
            action="store_true",
            help="send all of it: the service was stopped from the backup until now",
        )
        choice.add_argument(
            "--mark",
            action="store_true",
            help="stop the sending: the server's files were restored, which is not noticed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["mark"]:
            mark_restored(now)
        if not is_restored(now):
            if options["hold"] or options["send"]:
                raise CommandError("This database was not restored, or you have decided already.")
            self.stdout.write("This database was not restored: mail is sent as usual.")
            return
        if options["hold"]:
            self.stdout.write(f"{hold_waiting() + hold_failed(now)} mails are uncertain now.")
            self.stdout.write(f"{skip_due(now)} readers wait for their next slot.")
        if options["hold"] or options["send"]:
            resume_sending()
            self.stdout.write("Mail is sent again.")
        else:
            self.stdout.write(_question(doubt(now)))


def _question(found: Doubt) -> str:
    lines = ["This database was restored from a backup, and nothing is sent. In it wait:"]
    lines += [f"  edition {edition}: {count} mails" for edition, count in found.waiting.items()]
    lines += [
        f"  {found.due} readers who are due",
        "If the service sent mail after the backup was made, or you are not sure:",
        "  manage.py restored --hold     nothing is sent twice, and some readers miss a digest",
        "If it was stopped from then until now:",
        "  manage.py restored --send     all of it is sent",
    ]
    return "\n".join(lines)
