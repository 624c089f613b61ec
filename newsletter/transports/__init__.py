"""How a burst of digests leaves: one small interface, one outcome a mail."""

from __future__ import annotations

import atexit
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from typing import Final

from django.conf import settings

from newsletter.transports.brevo import Brevo
from newsletter.transports.burst import BatchApi, BurstTransport
from newsletter.transports.django import DjangoTransport
from newsletter.transports.flow import Bursts, Flow, Transport
from newsletter.transports.postmark import Postmark
from newsletter.transports.resend import Resend
from newsletter.transports.smtp import SmtpTransport

__all__ = ["Flow", "Transport", "flow_of", "open_transport", "transport_of_process"]

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
def transport_of_process() -> Transport:
    """The same, opened once for a worker process and kept open between its tasks."""
    return _to_the_end.enter_context(open_transport())


def flow_of(transport: Transport) -> Flow:
    """How mails flow through it: one by one over SMTP, by the burst elsewhere."""
    return transport if isinstance(transport, Flow) else Bursts(transport)


_to_the_end: Final = ExitStack()
atexit.register(_to_the_end.close)
