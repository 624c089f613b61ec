"""The webhook to which a provider posts mail that arrived there: django-anymail's view, with the
secret of the events' webhook.

`/anymail/PROVIDER/inbound/` exists for INBOUND_PROVIDER only, and only while ANYMAIL_WEBHOOK_SECRET
and INBOUND_ADDRESS are set. An error while a mail is taken in is a 500, and makes the provider post
it again.
"""

from __future__ import annotations

from collections.abc import Callable
from email import policy
from email.message import Message
from functools import cache
from hashlib import blake2b
from typing import Final

from anymail.exceptions import AnymailAPIError
from anymail.signals import AnymailInboundEvent, inbound
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from mail.receiving import LARGEST
from newsletter.events.webhook import answer, view_named
from newsletter.inbound.receive import receive

_RECEIVER: Final = "newsletter.store_inbound"
# Mandrill has one view for both.
_ENDS: Final = ("InboundWebhookView", "CombinedWebhookView")
# Headers stay as they were written: folding them anew fails on some that are malformed.
_AS_WRITTEN: Final = policy.default.clone(refold_source="none", linesep="\r\n", cte_type="8bit")
_OLD: Final = policy.compat32.clone(linesep="\r\n")


@csrf_exempt  # a provider has no cookie; the secret is the proof
def arrived(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in the mail of a provider's request."""
    # Some providers post a form with a mail's parts as files, which other pages skip.
    request.upload_handlers = [MemoryFileUploadHandler(request)]
    is_expected = bool(settings.INBOUND_ADDRESS) and provider == settings.INBOUND_PROVIDER
    return answer(request, inbound_view_class(provider) if is_expected else None)


@cache
def inbound_view_class(provider: str) -> type[AnymailCoreWebhookView] | None:
    """django-anymail's view for mail that arrives at a provider; None where it has none."""
    found = view_named(provider, _ENDS)
    return None if found is None else type(found.__name__, (_Fetching, found), {})


class _Fetching(AnymailCoreWebhookView):  # type: ignore[misc]  # it has no types
    """Amazon (over S3) and Resend post where the mail is, and the view fetches it there."""

    def parse_events(self, request: HttpRequest) -> list[AnymailInboundEvent]:
        try:
            return list(super().parse_events(request))
        except AnymailAPIError as error:
            # A 500, so that it is posted again; otherwise it would be taken for a malformed one.
            raise ConnectionError(f"{self.esp_name} did not give the mail") from error


def connect() -> None:
    """Let django-anymail call `take_in`. newsletter/apps.py calls this."""
    inbound.connect(take_in, dispatch_uid=_RECEIVER)


def take_in(sender: object, event: AnymailInboundEvent, esp_name: str, **_: object) -> None:
    """Take in the mail of an event. Errors go through: the provider posts it again."""
    message = event.message
    if message is None:  # Resend: it was deleted there
        return
    recipient = str(message.envelope_recipient or "")
    receive(raw_mail(message), envelope_to=recipient, source="webhook", now=timezone.now())


def raw_mail(message: Message) -> bytes:
    """The mail as bytes: the same whenever the same request comes, of any mail."""
    _set_boundaries(message)
    writers: list[Callable[[], bytes]] = [
        lambda: message.as_bytes(policy=_AS_WRITTEN),
        lambda: message.as_bytes(policy=_OLD),
        lambda: str(message.get("Subject", "")).encode("utf-8", "replace"),
    ]
    for write in writers:
        try:
            return write()[:LARGEST]
        except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
            continue  # a header or a part that Python cannot write in this way
    return b""


def _set_boundaries(message: Message) -> None:
    """Give parts a boundary that have none: mails which are put together from a form's fields.

    Python would choose a random one, and a mail that is posted again would look like another one.
    """
    names = ("Message-ID", "Date", "From", "Subject")
    known = "\n".join(str(message.get(name, "")) for name in names)
    digest = blake2b(known.encode("utf-8", "replace"), digest_size=12).hexdigest()
    for number, part in enumerate(message.walk()):
        if part.is_multipart() and not part.get_boundary() and "Content-Type" in part:
            part.set_boundary(f"=_{digest}_{number}")
