"""The tokens of a digest's links: one each to read, to unsubscribe, for the preferences, to vote.

A token names the delivery and the subscriber and carries a proof that depends on the subscriber's
secret. Ids come back after a backup is restored, and then they are another mail's or another
reader's; a secret does not. All proofs of a mail, and the part of its Message-ID that cannot be
guessed, are pieces of one keyed hash, and no piece reveals another. So who has the address of a
page that reads cannot unsubscribe its reader, nor say anything of a paper in their name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from uuid import UUID

from newsletter.editions.keys import all_keys, key_named

Purpose = Literal["read", "unsubscribe", "preferences", "feedback"]

TOKEN_LENGTH: Final = 36
_FORM: Final = re.compile("[A-Za-z0-9_-]{36}")
# Bytes of a token: 15 that say what it is for and 12 of proof, so that neither needs padding.
_DELIVERY: Final = slice(0, 6)
_SUBSCRIBER: Final = slice(6, 11)
_STAMP: Final = slice(11, 15)
_HEAD: Final = 15
_PROOF: Final = 12  # 96 bits cannot be guessed
_FEEDBACK_PIECE: Final = slice(48, 60)
_PIECES: Final[dict[Purpose, slice]] = {
    "read": slice(0, 12),
    "unsubscribe": slice(12, 24),
    "preferences": slice(24, 36),
    "feedback": _FEEDBACK_PIECE,
}
_MESSAGE_PIECE: Final = slice(36, 46)  # where it was before there was feedback
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class BadToken(Exception):
    """The token was not made here for this purpose, or a part of it is missing."""


class Tokens(NamedTuple):
    """The tokens of one digest, 36 characters each that need no quoting in a URL."""

    read: str
    unsubscribe: str
    preferences: str
    feedback: str
    message: str  # hexadecimal digits for its Message-ID


@dataclass(frozen=True, slots=True)
class ReadToken:
    """What a token says. It is true only if `proves` says so."""

    delivery_id: int
    subscriber_id: int
    stamp: bytes  # the last four bytes of the message's date in microseconds
    head: bytes
    proof: bytes

    def proves(self, purpose: Purpose, secret: UUID | str) -> bool:
        """Whether it was made for this purpose with this secret, under any key still valid."""
        piece = _PIECES[purpose]
        hashes = (_hash(key, self.head, str(secret)) for key in all_keys())
        return any(hmac.compare_digest(self.proof, found[piece]) for found in hashes)

    def is_dated(self, dated_at: datetime) -> bool:
        """Whether it belongs to a message with this date, to the microsecond."""
        return self.stamp == _stamp(dated_at)


def make_tokens(
    delivery_id: int, subscriber_id: int, secret: UUID | str, dated_at: datetime, key_id: str = ""
) -> Tokens:
    """The tokens of a delivery: 2 µs.

    Args:
        secret: the subscriber's; as text it costs less.
        dated_at: the message's date as the ledger stores it, with its microseconds.
        key_id: the key of the settings to use; default: today's key.

    Raises:
        LookupError: that key is no longer in the settings.
    """
    head = delivery_id.to_bytes(6, "big") + subscriber_id.to_bytes(5, "big") + _stamp(dated_at)
    proofs = _hash(key_named(key_id), head, str(secret))
    # Multiples of three bytes: each part of the encoded text is the encoding of that part.
    text = base64.urlsafe_b64encode(head + proofs[:60]).decode()
    start = text[:20]
    return Tokens(
        start + text[20:36],
        start + text[36:52],
        start + text[52:68],
        start + text[84:],
        proofs[_MESSAGE_PIECE].hex(),
    )


def parse(token: str) -> ReadToken:
    """What a token says, not verified yet.

    Raises:
        BadToken: it does not have the form of a token.
    """
    if not _FORM.fullmatch(token):
        raise BadToken("not a token")
    raw = base64.b64decode(token, altchars=b"-_", validate=True)
    return ReadToken(
        delivery_id=int.from_bytes(raw[_DELIVERY], "big"),
        subscriber_id=int.from_bytes(raw[_SUBSCRIBER], "big"),
        stamp=raw[_STAMP],
        head=raw[:_HEAD],
        proof=raw[_HEAD : _HEAD + _PROOF],
    )


def _hash(key: str, head: bytes, secret: str) -> bytes:
    return hashlib.blake2b(head + secret.encode(), key=_hash_key(key)).digest()


@lru_cache(maxsize=16)
def _hash_key(key: str) -> bytes:
    return hashlib.sha512(b"tokens of digests:" + key.encode()).digest()


@lru_cache(maxsize=1_000)  # a burst has one date
def _stamp(dated_at: datetime) -> bytes:
    return ((dated_at - _EPOCH) // _MICROSECOND & 0xFFFFFFFF).to_bytes(4, "big")
