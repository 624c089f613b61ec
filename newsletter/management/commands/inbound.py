"""`manage.py inbound`: take in one mail from standard input, or serve LMTP for a mail server."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mail.receiving import LARGEST
from newsletter.inbound.hand_over import hand_over
from newsletter.inbound.lmtp import serve


class Command(BaseCommand):
    help = (
        "Take in one mail from standard input: exit status 0 if it was, 75 if the mail server is "
        "to keep it and to try again, 65 if there was none. With --lmtp serve LMTP instead."
    )
    # A setting that is wrong elsewhere must not keep mail out.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "recipient", nargs="?", default="", help="of the envelope: ${recipient} of Postfix"
        )
        parser.add_argument(
            "--lmtp", type=host_and_port, metavar="HOST:PORT", help="serve LMTP until stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["lmtp"]:
            host, port = options["lmtp"]
            serve(host, port, self._say_ready)
            return
        raw = read_mail(sys.stdin.buffer)
        if not raw.strip():
            raise CommandError("There is no mail on standard input.", returncode=os.EX_DATAERR)
        if not hand_over(raw, options["recipient"], source="pipe", now=timezone.now()):
            raise CommandError("Not taken in; try again later.", returncode=os.EX_TEMPFAIL)

    def _say_ready(self, port: int) -> None:
        self.stdout.write(f"Mail is accepted on port {port}")
        self.stdout.flush()


def host_and_port(text: str) -> tuple[str, int]:
    """127.0.0.1:2424 or [::1]:2424.

    Raises:
        ArgumentTypeError: it is something else.
    """
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise ArgumentTypeError("must be HOST:PORT, such as 127.0.0.1:2424")
    return host.removeprefix("[").removesuffix("]"), int(port)


def read_mail(stream: BinaryIO) -> bytes:
    """The mail, of a large one the first LARGEST bytes; the rest is read, too.

    A mail server whose pipe is closed early takes that for a failure.
    """
    raw = stream.read(LARGEST)
    while stream.read(1024 * 1024):
        pass
    return raw
