"""`manage.py dispatch`: run beat's tick for each cadence now, for operators and the first start."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsletter import tasks
from newsletter.delivery.progress import busy


class Command(BaseCommand):
    help = "Queue a digest for every due subscriber now, and enqueue the tasks that send them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=0, metavar="SECONDS", help="wait until all of it is sent"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tasks.dispatch_every_cadence()
        deadline = time.monotonic() + options["wait"]
        while options["wait"] and busy():
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Still sending after {options['wait']:.0f} s: are workers running?"
                )
            time.sleep(0.2)
