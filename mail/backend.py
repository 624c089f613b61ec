"""Any Django mail backend, django-anymail's included: mail by mail, on several open connections.

A mail over a provider's API is one round trip, and almost all of it is waiting. So several
threads wait side by side, each with a connection that no other thread uses at the time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from queue import LifoQueue
from types import TracebackType
from typing import Final, Self

from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailUnsupportedFeature
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections

from mail import outcome as outcomes
from mail.carry import deliver
from mail.disputed import settle
from mail.message import Message
from mail.outcome import Outcome

# Servers hang up on idle connections. A request written in that moment would be in doubt, so
# one that was idle for longer than the hastiest servers wait (five seconds) is opened anew.
IDLE: Final = 4.0


class DjangoTransport:
    """SEND_THREADS connections of the configured backend; a failed mail takes no other down."""

    def __enter__(self) -> Self:
        self._took_mail = False
        self._stack = ExitStack()
        # The one that was used last comes first: a burst of one mail finds it still warm.
        self._free: LifoQueue[BaseEmailBackend] = LifoQueue()
        self._connections = [get_connection() for _ in range(settings.SEND_THREADS)]
        for connection in self._connections:
            self._stack.callback(connection.close)
            self._free.put(connection)
        self._last_used = time.monotonic()
        self._has_metadata = takes_metadata(self._connections[0])
        self._threads = self._stack.enter_context(
            ThreadPoolExecutor(settings.SEND_THREADS, thread_name_prefix="send")
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        """Transmit each mail to its one reader; outcomes in the burst's order, never an error."""
        if time.monotonic() - self._last_used > IDLE:
            self._hang_up()
        settled = settle(list(self._threads.map(self._send_one, burst)), self._took_mail)
        self._took_mail = any(outcome.state == "accepted" for outcome in settled)
        self._last_used = time.monotonic()
        return settled

    def _hang_up(self) -> None:
        """Close all connections; each is opened again by the next mail that needs it."""
        for connection in self._connections:
            with suppress(Exception):  # a connection that cannot be closed is as good as closed
                connection.close()

    def _send_one(self, digest: Message) -> Outcome:
        connection = self._free.get()
        try:
            message = message_of(digest, has_metadata=self._has_metadata)
            return deliver(connection, message)
        except Exception as error:  # noqa: BLE001 (deliver raises none once it sends)
            return outcomes.of_building(error)
        finally:
            self._free.put(connection)
            # A receiver of anymail's signals may have asked the database, on a connection of
            # this thread, which nobody else would ever close.
            connections.close_all()


def takes_metadata(backend: BaseEmailBackend) -> bool:
    """Whether a mail may carry our number, for the provider's events to name. Sends nothing."""
    if not isinstance(backend, AnymailBaseBackend):
        return False
    probe = EmailMultiAlternatives("probe", "probe", settings.MAIL_FROM, [settings.MAIL_FROM])
    probe.metadata = {"delivery": "0"}  # type: ignore[attr-defined]
    try:
        backend.build_message_payload(probe, backend.send_defaults)
    except AnymailUnsupportedFeature:
        return False
    return True


def message_of(digest: Message, *, has_metadata: bool = True) -> EmailMultiAlternatives:
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
    if has_metadata:  # a provider's events come back with it
        message.metadata = {"delivery": str(digest.delivery_id)}  # type: ignore[attr-defined]
    return message
