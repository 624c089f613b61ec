"""`manage.py preview reader@example.com --mail welcome`: print any mail without sending it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mail.message import Message
from newsletter.editions.personalize import Interests
from newsletter.editions.windows import WINDOW_OF
from newsletter.management.commands.compose import iso_day
from newsletter.models import Edition
from newsletter.previews.any_mail import (
    DIGEST,
    FIRST_DIGEST,
    CannotPreview,
    PreviewReader,
    invented_reader,
    preview_digest,
    preview_single,
    reader_of,
)
from newsletter.previews.checklist import checklist
from newsletter.previews.send_test import send_test
from newsletter.previews.spam import spam_report
from papers.windows import last_closed_day
from subscribers.addresses import spelling
from subscribers.models import Subscriber, TransactionalMail
from web.languages import DEFAULT_LANGUAGE, language_codes

_DIGESTS: Final = (DIGEST, FIRST_DIGEST)


class Command(BaseCommand):
    help = "Print any mail for a subscriber or an invented reader, or send it as a test with --to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        reader = parser.add_mutually_exclusive_group()
        reader.add_argument(
            "email", nargs="?", help="a subscriber; default: one who follows everything"
        )
        reader.add_argument("--reader", metavar="ADDRESS", help="the same")
        reader.add_argument("--invented", action="store_true", help="the default, named")
        parser.add_argument(
            "--topic",
            action="append",
            default=[],
            metavar="SLUG",
            help="follow only these topics; without an address",
        )
        parser.add_argument(
            "--mail", choices=[*_DIGESTS, *TransactionalMail.Kind.values], default=DIGEST
        )
        parser.add_argument("--cadence", choices=list(WINDOW_OF), default="weekly")
        parser.add_argument(
            "--day", type=iso_day, metavar="YYYY-MM-DD", help="default: yesterday (UTC)"
        )
        parser.add_argument(
            "--language", choices=sorted(language_codes()), help="default: that of the subscriber"
        )
        parser.add_argument("--format", choices=list(_FORMATS), default="subject and text")
        parser.add_argument("--to", metavar="ADDRESS", help="send it there as a test")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the HTML part there")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            mail = _mail(options)
        except CannotPreview as error:
            raise CommandError(str(error)) from error
        if options["html"]:
            options["html"].write_text(mail.html)
        if options["to"]:
            if not send_test(mail, options["to"]):
                raise CommandError(f"The mail server did not take it for {options['to']}.")
            self.stdout.write(f"Sent to {options['to']}, with [Test] in its subject.")
            return
        self.stdout.write(_FORMATS[options["format"]](mail))


def _mail(options: Mapping[str, Any]) -> Message:
    reader, now = _reader(options), timezone.now()
    if options["mail"] not in _DIGESTS:
        return preview_single(reader, options["mail"], now)
    day = options["day"] or last_closed_day(now)
    try:
        edition = Edition.objects.get(cadence=options["cadence"], day=day, state="frozen")
    except Edition.DoesNotExist:
        words = f"--cadence {options['cadence']} --day {day}"
        raise CommandError(f"No such edition. First: manage.py compose {words}") from None
    return preview_digest(reader, edition, now, is_first=options["mail"] == FIRST_DIGEST)


def _reader(options: Mapping[str, Any]) -> PreviewReader:
    address = options["reader"] or options["email"]
    if not address:
        interests = Interests(topics=frozenset(options["topic"]))
        language = options["language"] or DEFAULT_LANGUAGE
        return invented_reader(interests, language, options["cadence"])
    found = Subscriber.objects.filter(email=spelling(address)).first()
    if found is None:
        raise CommandError(f"No subscriber has the address {address}.")
    return reader_of(found, options["language"] or "")


def _headers(mail: Message) -> str:
    return mail.as_bytes().decode("ascii").partition("\r\n\r\n")[0].replace("\r\n", "\n")


def _report(mail: Message) -> str:
    return "\n".join(_report_lines(mail.as_bytes(), is_bulk=mail.is_bulk))


def _report_lines(raw: bytes, *, is_bulk: bool) -> Iterator[str]:
    host = urlsplit(settings.SITE_URL).hostname or ""
    for check in checklist(raw, host=host, is_bulk=is_bulk):
        yield f"{'ok ' if check.is_kept else 'NOT'}  {check.name}: {check.found}"
    spam = spam_report(raw)
    yield f"spam score: {spam.why if spam.score is None else spam.score}"
    yield from (f"  {points:5.1f}  {name}" for name, points in spam.rules)


_FORMATS: Final[Mapping[str, Callable[[Message], str]]] = {
    "subject and text": lambda mail: f"Subject: {mail.subject}\n\n{mail.text}",
    "html": lambda mail: mail.html,
    "text": lambda mail: mail.text,
    "headers": _headers,
    "eml": lambda mail: mail.as_bytes().decode("ascii"),
    "report": _report,
}
