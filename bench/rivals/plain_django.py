"""Plain Django: two templates rendered a mail, EmailMultiAlternatives, one open connection.

Every choice is in its favour: recipients, selections, reasons and tokens are in its memory
already, texts are worded and wrapped beforehand, the templates are compiled, and it keeps no
ledger.
"""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import get_template


class Sender:
    """One process with one connection."""

    def __init__(self, order: dict[str, Any]) -> None:
        _set_up(order)
        self._common = order["common"]
        self._papers = order["papers"]
        self._readers = cycle(order["readers"])
        self._html, self._text = get_template("digest.html"), get_template("digest.txt")
        with get_connection("django.core.mail.backends.locmem.EmailBackend") as nowhere:
            self.mail_bytes = len(self._mail(order["readers"][0], nowhere).message().as_bytes())

    def prepare(self, mails: int) -> None:
        """There is nothing to prepare."""

    def send(self, mails: int) -> None:
        with get_connection() as connection:
            for reader in islice(self._readers, mails):
                self._mail(reader, connection).send()

    def _mail(self, reader: dict[str, Any], connection: BaseEmailBackend) -> EmailMultiAlternatives:
        site, token = self._common["site"], reader["token"]
        papers = [self._papers[position] | {"why": why} for position, why in reader["picks"]]
        preheader = " · ".join(paper["title"] for paper in papers[:2])
        context = {**self._common, "token": token, "papers": papers, "preheader": preheader}
        mail = EmailMultiAlternatives(
            f"{papers[0]['title']}, and {len(papers) - 1} more trending papers",
            self._text.render(context),
            to=[reader["to"]],
            connection=connection,
            headers={
                "List-Unsubscribe": f"<{site}/u/{token}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        mail.attach_alternative(self._html.render(context), "text/html")
        return mail


def _set_up(order: dict[str, Any]) -> None:
    settings.configure(
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
            }
        ],
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=order["port"],
        DEFAULT_FROM_EMAIL=order["mail_from"],
        USE_TZ=True,
    )
    django.setup()
