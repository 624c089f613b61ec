"""The tokens of digests that the first renderer made: one for all links of a delivery.

They depend on the delivery's id and the key alone, so a restored backup gives the same token to
another subscriber's delivery. No new mail has one. They are kept so that mails of that time still
rebuild byte for byte and their links still work, for deliveries that this renderer made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from newsletter.editions.keys import all_keys, key_named
from newsletter.editions.tokens import BadToken, Tokens

RENDERER: Final = "1"
TOKEN_LENGTH: Final = 28
_ID_BYTES: Final = 8
_HASH_BYTES: Final = 13


def make_old_token(delivery_id: int, key_id: str = "") -> str:
    """The token of a delivery, 28 characters.

    Raises:
        LookupError: that key is no longer in the settings.
    """
    number = delivery_id.to_bytes(_ID_BYTES, "big")
    return base64.urlsafe_b64encode(number + _hash(key_named(key_id), number)).decode()


def make_old_tokens(delivery_id: int, key_id: str) -> Tokens:
    """The same for every purpose but feedback, which no mail of that time has a link for.

    The Message-ID had 16 digits of the token's hash.
    """
    token = make_old_token(delivery_id, key_id)
    return Tokens(token, token, token, "", hashlib.sha256(token.encode()).hexdigest()[:16])


def read_old_token(token: str) -> int:
    """The id of the delivery that the token was made for, under any key that is still valid.

    Raises:
        BadToken: it was not made here, or a part of it is missing.
    """
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken("not a token") from error
    number, proof = raw[:_ID_BYTES], raw[_ID_BYTES:]
    if not any(hmac.compare_digest(proof, _hash(key, number)) for key in all_keys()):
        raise BadToken("not made here")
    return int.from_bytes(number, "big")


def _hash(key: str, number: bytes) -> bytes:
    return hmac.digest(key.encode(), b"delivery:" + number, hashlib.sha256)[:_HASH_BYTES]
