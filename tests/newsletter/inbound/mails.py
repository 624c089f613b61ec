"""Mails that come back to the service, with the genuine traces of a delivery."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.editions.rendering.message_ids import message_id
from newsletter.editions.rendering.return_path import bounce_token
from newsletter.models import Delivery
from tests.factories import tokens_of
from tests.mail.inbound.corpus import mails

NOW = datetime(2025, 3, 14, 13, tzinfo=UTC)
ADDRESS = "reply@in.example.org"


def return_path(delivery: Delivery) -> str:
    return f"reply+b-{bounce_token(delivery.pk, tokens_of(delivery))}@in.example.org"


def unsubscribe_to(delivery: Delivery) -> str:
    return f"reply+u-{tokens_of(delivery).unsubscribe}@in.example.org"


def id_of(delivery: Delivery) -> str:
    return message_id(delivery.pk, tokens_of(delivery).message)


def genuine(raw: bytes, delivery: Delivery) -> bytes:
    """A mail of the corpus with the traces of this delivery in place of the invented ones."""
    token = bounce_token(delivery.pk, tokens_of(delivery))
    for invented, own in (
        (mails.MESSAGE_ID, id_of(delivery)),
        ("3mv-0123456789abcdef", token),
        (mails.UNSUBSCRIBE_TOKEN, tokens_of(delivery).unsubscribe),
        ("14 Mar 2025 09:1", "14 Mar 2025 12:1"),
    ):
        raw = raw.replace(invented.encode(), own.encode())
    return raw


def without(raw: bytes, *traces: str) -> bytes:
    """A mail without these traces: a server may quote any, or none of them."""
    for trace in traces:
        raw = raw.replace(trace.encode(), b"removed")
    return raw
