"""The transport that the settings name: for one block, or for the life of a process."""

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
from mail.transport import Transport

SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"
# The providers that take a burst of distinct messages in one request, by django-anymail's backend.
BATCH_APIS: Final[dict[str, type[BatchApi]]] = {
    "anymail.backends.brevo.EmailBackend": Brevo,
    "anymail.backends.postmark.EmailBackend": Postmark,
    "anymail.backends.resend.EmailBackend": Resend,
}


def open_transport() -> AbstractContextManager[Transport]:
    """The transport that the settings name, closed at the end of the block."""
    if settings.EMAIL_BACKEND == SMTP:
        return SmtpTransport()
    api = BATCH_APIS.get(settings.EMAIL_BACKEND)
    return BurstTransport(api()) if api else DjangoTransport()


@cache
def process_transport() -> Transport:
    """The same, opened once for a worker process and kept open between its tasks.

    Tasks run one after the other in a process, so only one of them uses it at a time.
    """
    return _open_until_exit.enter_context(open_transport())


_open_until_exit: Final = ExitStack()
atexit.register(_open_until_exit.close)
