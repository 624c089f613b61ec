"""Which messages go into which request of a batch API, and the key of each request."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from anymail.backends.base_requests import RequestsPayload
from django.conf import settings

from mail.message import Message

# From this attempt on a message has a request to itself: it may be what makes the request fail,
# and it must not fail the other messages of its request for ever.
ALONE_FROM: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class BatchItem:
    """One message as the provider's API takes it: django-anymail's payload, and its JSON."""

    message: Message
    payload: RequestsPayload
    json: bytes


def chunks(
    items: Iterable[BatchItem], max_messages: int, max_bytes: int
) -> Iterator[list[BatchItem]]:
    """The items of each request, in their order: at most so many, and so many bytes of JSON.

    One that is too large by itself is a request of its own, for the provider to refuse.
    """
    chunk: list[BatchItem] = []
    size = 0
    alone = []
    for item in items:
        if item.message.attempts >= ALONE_FROM:
            alone.append([item])
            continue
        if chunk and (len(chunk) == max_messages or size + len(item.json) > max_bytes):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += len(item.json) + 1  # the comma
    if chunk:
        yield chunk
    yield from alone


def halves(chunk: Sequence[BatchItem]) -> list[list[BatchItem]]:
    """Two requests out of one that was rejected for the content of one of its messages."""
    middle = len(chunk) // 2
    return [list(chunk[:middle]), list(chunk[middle:])]


def request_key(messages: Iterable[Message]) -> str:
    """The key by which a provider recognises a request that it had before: a UUID.

    The same messages on the same attempt have the same key, in any process. Another attempt has
    another one, or the provider would repeat its first reply. Message-IDs name the messages,
    because ids of rows are unique within one ledger only. The dates distinguish what two
    databases of one site number alike. `retry` distinguishes attempts that were restarted.
    """
    names = sorted(
        (one.headers["Message-ID"], one.dated_at.isoformat(), one.attempts, one.retry)
        for one in messages
    )
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL} {names}"))
