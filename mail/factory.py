"""How a burst of digests leaves: one small interface, one outcome a mail."""

from __future__ import annotations

import atexit
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from typing import Final

from django.conf import settings

from mail.backend import DjangoTransport
from mail.batch.brevo import Brevo
from mail.batch.client import BatchApi, BurstTransport
from mail.batch.postmark import Postmark
from mail.batch.resend import Resend
from mail.smtp.pool import SmtpTransport
from mail.transport import BatchAdapter, StreamingTransport, Transport

__all__ = ["StreamingTransport", "Transport", "as_streaming", "open_transport", "process_transport"]

SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"
# The providers that take a burst of distinct mails in one request, by django-anymail's backend.
BATCH_APIS: Final[dict[str, type[BatchApi]]] = {
    "anymail.backends.brevo.EmailBackend": Brevo,
    "anymail.backends.postmark.EmailBackend": Postmark,
    "anymail.backends.resend.EmailBackend": Resend,
}


def open_transport() -> AbstractContextManager[Transport]:
    """The transport that the settings ask for."""
    if settings.EMAIL_BACKEND == SMTP:
        return SmtpTransport()
    api = BATCH_APIS.get(settings.EMAIL_BACKEND)
    return BurstTransport(api()) if api else DjangoTransport()


@cache
def process_transport() -> Transport:
    """The same, opened once for a worker process and kept open between its tasks."""
    return _to_the_end.enter_context(open_transport())


def as_streaming(transport: Transport) -> StreamingTransport:
    """How mails flow through it: one by one over SMTP, by the burst elsewhere."""
    return transport if isinstance(transport, StreamingTransport) else BatchAdapter(transport)


_to_the_end: Final = ExitStack()
atexit.register(_to_the_end.close)
