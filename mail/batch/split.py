"""Mails on their way into requests: which go together, and what their request is called."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from anymail.backends.base_requests import RequestsPayload
from django.conf import settings

from mail.message import Message

# A mail that made the provider stumble this often travels alone: it may be the mail itself,
# and its neighbours must not be turned away with it for ever.
ALONE_FROM: Final = 4


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail as the provider's API takes it: django-anymail's payload, and its JSON."""

    digest: Message
    payload: RequestsPayload
    item: bytes


def chunks(parcels: Iterable[Parcel], most: int, most_bytes: int) -> Iterator[list[Parcel]]:
    """The parcels of each request, in their order: at most so many, and so many bytes of JSON.

    One that is too big by itself is a request of its own; the provider shall say no to it.
    """
    chunk: list[Parcel] = []
    size = 0
    alone = []
    for parcel in parcels:
        if parcel.digest.attempts >= ALONE_FROM:
            alone.append([parcel])
            continue
        if chunk and (len(chunk) == most or size + len(parcel.item) > most_bytes):
            yield chunk
            chunk, size = [], 0
        chunk.append(parcel)
        size += len(parcel.item) + 1  # the comma
    if chunk:
        yield chunk
    yield from alone


def halves(chunk: Sequence[Parcel]) -> list[list[Parcel]]:
    """Two requests out of one that was turned down for what somebody in it says."""
    middle = len(chunk) // 2
    return [list(chunk[:middle]), list(chunk[middle:])]


def request_key(digests: Iterable[Message]) -> str:
    """The name of a request, by which a provider knows it again: a UUID.

    The same mails on the same try have the same key, in whatever process. Another try has
    another one, or the provider would answer it with what it said to the first. The dates
    keep apart what two databases of one site number alike.
    """
    mails = sorted((one.delivery_id, one.dated_at.isoformat(), one.attempts) for one in digests)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL} {mails}"))
