"""`manage.py progress`: how many mails of the newest editions are sent, with a bar for each."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from newsletter.delivery.progress import Progress, progress_now
from newsletter.delivery.restored import waits_for_decision
from newsletter.models import Edition, Tally

_WIDTH = 30
_RESTORED = (
    "RESTORED: nothing is sent until you decide what becomes of the mails that wait; "
    "run: manage.py restored"
)


class Command(BaseCommand):
    help = "Show the newest editions' deliveries; --watch repeats it while mails are sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--watch", action="store_true", help="repeat until nothing is left to send"
        )
        parser.add_argument("--editions", type=int, default=3, metavar="N", help="default: 3")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            now = timezone.now()
            shown = [(row, progress_now(row.pk, now)) for row in _newest(options["editions"])]
            lines = [line(edition, progress) for edition, progress in shown]
            lines += [_RESTORED] if waits_for_decision() else []
            for text in lines:
                self.stdout.write(text)
            if not options["watch"] or not any(progress.left for _, progress in shown):
                return
            time.sleep(1)
            if self.stdout.isatty():
                self.stdout.write(f"\x1b[{len(lines)}F\x1b[J", ending="")


def _newest(count: int) -> list[Edition]:
    return list(
        Edition.objects.light()
        .filter(pk__in=Tally.objects.values("edition"))
        .order_by("-pk")[:count]
    )


def line(edition: Edition, progress: Progress) -> str:
    """An edition's progress in one line of text."""
    bar = ("█" * round(progress.share * _WIDTH)).ljust(_WIDTH, "·")
    parts = [f"{edition}  {bar} {progress.share:4.0%}  {progress.sent} sent"]
    states = ("skipped", "deferred", "failed", "uncertain", "queued", "sending")
    parts += [f"{count} {state}" for state in states if (count := getattr(progress, state))]
    if progress.complaints:
        parts.append(f"{progress.complaints} reported as spam")
    if progress.rate_and_time_left:
        parts.append(progress.rate_and_time_left)
    if edition.cancelled_at:
        parts.append("CANCELLED")
    elif edition.paused_at:
        parts.append(f"PAUSED: {edition.pause_reason}")
    return ", ".join(parts)
