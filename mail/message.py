"""What a transport needs of a message, and the same message for Django's mail backends."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from email.charset import QP, Charset
from email.utils import getaddresses
from typing import Any, Final, Protocol, cast

from anymail.exceptions import AnymailInvalidAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from mail.headers import address_header, text_header, token_header
from mail.inbound.addresses import reply_to
from mail.inbound.return_path import PROVIDERS


class Message(Protocol):
    """One message to exactly one recipient, ready to be sent. Each app builds its own."""

    @property
    def reference(self) -> int:
        """The id of its row in the app's ledger. No transport reads it."""
        ...

    @property
    def to(self) -> str:
        """The bare address of the recipient."""
        ...

    @property
    def subject(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def html(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header but From, To, Reply-To and Subject.

        Message-ID is a function of the row alone: the same row sent again is the same message.
        """
        ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """What a provider repeats in its events about this message; not part of its text."""
        ...

    @property
    def dated_at(self) -> datetime: ...

    @property
    def return_path(self) -> str:
        """Where it returns to if it cannot be delivered; empty: to the address of MAIL_FROM."""
        ...

    @property
    def is_bulk(self) -> bool:
        """Whether it is one of many, and not a mail that one person requested."""
        ...

    @property
    def attempts(self) -> int:
        """Which attempt this is, counted from 1; not part of the message."""
        ...

    @property
    def retry(self) -> int:
        """Differs each time that an operator restarts the attempts; 0: never. Not part of it."""
        ...

    @property
    def shared_lines(self) -> object | None:
        """One object for all messages with the same lines, whose dots are then looked for once.

        It must allow weak references. None: this message is checked by itself.
        """
        ...

    def as_bytes(self) -> bytes:
        """The whole message for the wire: CRLF line ends, seven bits, dots not stuffed.

        Raises:
            ValueError, UnicodeError: a header cannot be encoded.
        """
        ...


def django_message(message: Message, *, has_metadata: bool = True) -> EmailMultiAlternatives:
    """The message as Django's, with exactly one address in `To`.

    Raises:
        AnymailInvalidAddress: `to` names several. Each would read the addresses of the others.
    """
    if len(getaddresses([message.to])) != 1:
        raise AnymailInvalidAddress(f"a message goes to one recipient, not to {message.to!r}")
    built = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=sender_of(message),
        to=[message.to],
        reply_to=[reply_to()] if reply_to() else None,
        headers=dict(message.headers),
    )
    built.attach_alternative(message.html, "text/html")
    if has_metadata and message.metadata:
        built.metadata = dict(message.metadata)  # type: ignore[attr-defined]
    if extra := provider_fields(message):
        built.esp_extra = extra  # type: ignore[attr-defined]
    if settings.MAIL_PROVIDER in PROVIDERS and message.return_path:
        built.envelope_sender = message.return_path  # type: ignore[attr-defined]
    return built


def sender_of(message: Message) -> str:
    """The From of its stream: complaints about digests must not stop a mail that was asked for."""
    own = "" if message.is_bulk else settings.TRANSACTIONAL_FROM
    return str(own or settings.MAIL_FROM)


def provider_fields(message: Message) -> dict[str, Any]:
    """What a provider's API is told beside the message: its stream, and the settings' fields."""
    extra: dict[str, Any]
    if message.is_bulk:
        stream, extra = settings.MESSAGE_STREAM, settings.ESP_EXTRA
    else:
        stream, extra = settings.TRANSACTIONAL_MESSAGE_STREAM, settings.TRANSACTIONAL_ESP_EXTRA
    own = deepcopy(extra)  # some backends of django-anymail take fields out of it
    return {**own, "MessageStream": stream} if stream else own


def encode(message: Message) -> bytes:
    """The message for the wire, as Django encodes it, in seven bits.

    A server need not accept eight (RFC 6152), and a relay that converts them may break a line.
    """
    built = django_message(message)
    built.encoding = _QUOTED_PRINTABLE
    mime = built.message()
    encoded = bytes(mime.as_bytes(linesep="\r\n"))  # type: ignore[call-arg]
    own = {
        "Subject": text_header("Subject", message.subject),
        "From": address_header("From", sender_of(message)),
        "Reply-To": address_header("Reply-To", message.headers.get("Reply-To", reply_to())),
    }
    # Django folds none of these, and leaves an encoded word in a name or a subject to be decoded.
    lines = [own.get(name) or token_header(name, str(value)) for name, value in mime.items()]
    _, _, body = encoded.partition(b"\r\n\r\n")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


_QUOTED_PRINTABLE: Final = Charset("utf-8")
_QUOTED_PRINTABLE.body_encoding = QP


class SingleMessage:
    """What all messages that are not one of many have in common. The rest is their own fields."""

    __slots__ = ()

    @property
    def metadata(self) -> Mapping[str, str]:
        """None: a provider's events about it concern the address only."""
        return {}

    @property
    def is_bulk(self) -> bool:
        """One person asked for it, or wrote it."""
        return False

    @property
    def retry(self) -> int:
        """0: its attempts are never restarted."""
        return 0

    @property
    def shared_lines(self) -> None:
        """None: it shares its lines with no other message."""

    def as_bytes(self) -> bytes:
        return encode(cast("Message", self))
