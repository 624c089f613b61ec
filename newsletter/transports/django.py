"""Any Django mail backend, django-anymail's included: mail by mail on one open connection."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from newsletter.render import Digest
from subscribers.carry import deliver
from subscribers.outcomes import Outcome


class DjangoTransport:
    """One connection of the configured backend; a failed mail never takes the next one down."""

    def __enter__(self) -> Self:
        self._connection = get_connection()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def send(self, burst: Sequence[Digest]) -> list[Outcome]:
        return [deliver(self._connection, message_of(digest)) for digest in burst]


def message_of(digest: Digest) -> EmailMultiAlternatives:
    """The digest as Django's message. Exactly one address in `To`: never a list of readers."""
    message = EmailMultiAlternatives(
        subject=digest.subject,
        body=digest.text,
        from_email=settings.MAIL_FROM,
        to=[digest.to],
        reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        headers=dict(digest.headers),
    )
    message.attach_alternative(digest.html, "text/html")
    return message
