"""One digest as the message that a transport sends: its body, its tokens and its headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from mail.inbound.return_path import return_path
from newsletter.editions import old_tokens
from newsletter.editions.rendering.body import RENDERER, DigestBody
from newsletter.editions.rendering.list_headers import list_headers
from newsletter.editions.rendering.message_ids import message_id
from newsletter.editions.rendering.return_path import bounce_token
from newsletter.editions.tokens import Tokens, make_tokens


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest to exactly one recipient, ready for any transport."""

    delivery_id: int
    to: str
    tokens: Tokens
    dated_at: datetime
    body: DigestBody
    attempts: int = 1  # which attempt this is, counted from 1; no part of the message
    retry: int = 0  # differs each time that its attempts are restarted; no part of it either

    @property
    def reference(self) -> int:
        return self.delivery_id

    @property
    def return_path(self) -> str:
        """Where it returns to if it cannot be delivered: an address of its own (VERP)."""
        if not settings.INBOUND_ADDRESS:  # the usual case costs nothing
            return ""
        return return_path(bounce_token(self.delivery_id, self.tokens))

    @property
    def is_bulk(self) -> bool:
        """Digests are."""
        return True

    @property
    def metadata(self) -> Mapping[str, str]:
        """By it a provider's events name the delivery."""
        return {"delivery": str(self.delivery_id)}

    @property
    def shared_lines(self) -> DigestBody:
        return self.body

    @property
    def subject(self) -> str:
        return self.body.subject

    @property
    def html(self) -> str:
        return self.body.html(*self._of_links)

    @property
    def text(self) -> str:
        return self.body.text(*self._of_links)

    @property
    def whole_html(self) -> str:
        """The HTML for a page whose address people pass on: it reads, and opens nothing else."""
        return self.body.whole_html(self.tokens.read, "", "")

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header but From, To and Subject (RFC 2369, 2919, 5322, 8058)."""
        own = list_headers(*self._own, self.tokens.unsubscribe, self.body.list_facts)
        language = self.body.content_language
        return {**own, "Content-Language": language} if language else own

    def as_bytes(self) -> bytes:
        """The whole message, encoded: CRLF, seven bits, short lines, no dots to stuff."""
        return self.body.message(self.to, *self._own, self.tokens)

    @property
    def _own(self) -> tuple[str, str]:
        return message_id(self.delivery_id, self.tokens.message), _date(self.dated_at)

    @property
    def _of_links(self) -> tuple[str, ...]:
        return self.tokens[:4]


def build_digest(
    *,
    delivery_id: int,
    subscriber_id: int,
    secret: UUID | str,
    to: str,
    dated_at: datetime,
    body: DigestBody,
    key_id: str = "",
    renderer: str = RENDERER,
    attempts: int = 1,
    retry: int = 0,
) -> Digest:
    """The digest of a delivery. A pure function of what is stored of it, its reader and edition.

    Args:
        secret: the subscriber's.
        renderer: the version that stored the content; the first one made other tokens.

    Raises:
        LookupError: the key of the delivery's tokens is no longer in the settings.
    """
    if renderer == old_tokens.RENDERER:
        tokens = old_tokens.make_old_tokens(delivery_id, key_id)
    else:
        tokens = make_tokens(delivery_id, subscriber_id, secret, dated_at, key_id)
    return Digest(delivery_id, to, tokens, dated_at, body, attempts, retry)


@lru_cache(maxsize=1_000)  # a burst has one date
def _date(moment: datetime) -> str:
    return format_datetime(moment)
