"""`manage.py preview reader@example.com --day 2025-03-14`: print a digest without sending it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletter.delivery.recipients import recipients
from newsletter.delivery.withdrawn import withdrawn_papers
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.personalize import Interests
from newsletter.editions.rendering.message import Digest, build_digest
from newsletter.editions.windows import WINDOW_OF
from newsletter.management.commands.compose import iso_day
from newsletter.models import Edition
from papers.windows import last_closed_day
from subscribers.addresses import spelling
from subscribers.models import Subscriber
from web.languages import DEFAULT_LANGUAGE, language_codes


class Command(BaseCommand):
    help = "Print the digest of a subscriber from a frozen edition. Sends and stores nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "email", nargs="?", help="a subscriber; default: one who follows everything"
        )
        parser.add_argument(
            "--topic",
            action="append",
            default=[],
            metavar="SLUG",
            help="follow only these topics; without an address",
        )
        parser.add_argument("--cadence", choices=list(WINDOW_OF), default="weekly")
        parser.add_argument(
            "--day", type=iso_day, metavar="YYYY-MM-DD", help="default: yesterday (UTC)"
        )
        parser.add_argument(
            "--language", choices=sorted(language_codes()), help="default: that of the subscriber"
        )
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the HTML part there")

    def handle(self, *args: Any, **options: Any) -> None:
        digest = self._digest(options)
        if options["html"]:
            options["html"].write_text(digest.html)
        self.stdout.write(f"Subject: {digest.subject}\n\n{digest.text}")

    def _digest(self, options: dict[str, Any]) -> Digest:
        day = options["day"] or last_closed_day(timezone.now())
        try:
            edition = Edition.objects.get(cadence=options["cadence"], day=day, state="frozen")
        except Edition.DoesNotExist:
            words = f"--cadence {options['cadence']} --day {day}"
            raise CommandError(f"No such edition. First: manage.py compose {words}") from None
        email, interests, language = self._recipient(options)
        withdrawn = withdrawn_papers(edition.pk)
        selection = load_edition(edition.pk).select(interests, withdrawn, language)
        if not selection.picks:
            raise CommandError(f"The {edition} holds no paper for these interests.")
        return build_digest(
            delivery_id=0,  # no delivery: its links lead to the page that offers some
            subscriber_id=0,
            secret=uuid4(),
            to=email,
            dated_at=timezone.now(),
            body=selection.body,
        )

    def _recipient(self, options: dict[str, Any]) -> tuple[str, Interests, str]:
        language = options["language"] or DEFAULT_LANGUAGE
        if not options["email"]:
            return "reader@example.com", Interests(topics=frozenset(options["topic"])), language
        found = Subscriber.objects.filter(email=spelling(options["email"])).first()
        if found is None:
            raise CommandError(f"No subscriber has the address {options['email']}.")
        recipient = recipients([found.pk])[found.pk]
        return found.email, recipient.interests, options["language"] or recipient.language
