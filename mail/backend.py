"""Any Django mail backend, django-anymail's included: one message a request, several at once.

A message over a provider's API is one round trip, and almost all of it is waiting. So several
threads wait in parallel, each with a connection that no other thread uses at the time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from queue import LifoQueue
from types import TracebackType
from typing import Final, Self

from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailUnsupportedFeature
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections

from mail import outcome as outcomes
from mail.journal import NO_JOURNAL, Journal
from mail.message import Message, django_message
from mail.outcome import Outcome
from mail.run import resolve_disputed

# Servers close idle connections. A request that is written in that moment would be in doubt, so
# a connection that was idle for longer than the shortest such limit (five seconds) is reopened.
MAX_IDLE: Final = 4.0


class DjangoTransport:
    """SEND_THREADS connections of the configured backend; no failed message affects another."""

    def __enter__(self) -> Self:
        self._has_accepted = False
        self._stack = ExitStack()
        # Last in, first out: a burst of one message uses a connection that is still open.
        self._free: LifoQueue[BaseEmailBackend] = LifoQueue()
        self._connections = [get_connection() for _ in range(settings.SEND_THREADS)]
        for connection in self._connections:
            self._stack.callback(connection.close)
            self._free.put(connection)
        self._last_used = time.monotonic()
        self._takes_metadata = takes_metadata(self._connections[0])
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

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        """Transmit each message to its one recipient; outcomes in order, never an error."""
        if time.monotonic() - self._last_used > MAX_IDLE:
            self._close_connections()
        raw = list(self._threads.map(partial(self._send_one, journal), burst))
        resolved = resolve_disputed(raw, self._has_accepted)
        self._has_accepted = any(outcome.state == "accepted" for outcome in resolved)
        self._last_used = time.monotonic()
        return resolved

    def _close_connections(self) -> None:
        """Close all connections; each is opened again by the next message that needs it."""
        for connection in self._connections:
            with suppress(Exception):  # a connection that cannot be closed is closed already
                connection.close()

    def _send_one(self, journal: Journal, message: Message) -> Outcome:
        connection = self._free.get()
        try:
            built = django_message(message, has_metadata=self._takes_metadata)
            journal.begin(message.reference)
            outcome = _transmit(connection, built)
            journal.finish(message.reference, outcome)
            return outcome
        except Exception as error:  # noqa: BLE001 (raised before `_transmit`, so nothing was sent)
            return outcomes.of_building(error)
        finally:
            self._free.put(connection)
            # A receiver of anymail's signals may have used the database, on a connection of this
            # thread that would never be closed otherwise.
            connections.close_all()


def _transmit(connection: BaseEmailBackend, message: EmailMessage) -> Outcome:
    """Send over a connection, which is opened if it is closed. Never an error."""
    try:
        connection.open()
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 (a backend may raise any; it is classified here)
        return outcomes.of_error(error)
    status = getattr(message, "anymail_status", None)
    return Outcome("accepted", provider_id=str(getattr(status, "message_id", None) or "")[:200])


def takes_metadata(backend: BaseEmailBackend) -> bool:
    """Whether the provider takes metadata and repeats it in its events. Sends nothing."""
    if not isinstance(backend, AnymailBaseBackend):
        return False
    probe = EmailMultiAlternatives("probe", "probe", settings.MAIL_FROM, [settings.MAIL_FROM])
    probe.metadata = {"delivery": "0"}  # type: ignore[attr-defined]
    try:
        backend.build_message_payload(probe, backend.send_defaults)
    except AnymailUnsupportedFeature:
        return False
    return True
