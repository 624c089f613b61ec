"""The token of a digest's return path: which delivery a returned mail is about, with a proof.

A server on the way may write the local part of an address in other letters, so the token has
small letters, digits and hyphens only, and is read in either case.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from newsletter.editions.tokens import Tokens

LONGEST: Final = 28  # characters of a token
_PROOF: Final = 16  # hexadecimal digits: 64 bits, of the 80 in the Message-ID
_FORM: Final = re.compile(r"([0-9a-z]{1,11})-([0-9a-f]{16})", re.IGNORECASE | re.ASCII)
_LARGEST: Final = 2**48  # an id has six bytes in a token of a link, too
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class BounceToken(NamedTuple):
    """What a return path says. It is true only if the delivery's own proof begins with `proof`."""

    delivery_id: int
    proof: str


def bounce_token(delivery_id: int, tokens: Tokens) -> str:
    """The id in base 36, a hyphen, and the first 16 digits of the part of its Message-ID."""
    return f"{_base36(delivery_id)}-{tokens.message[:_PROOF]}"


def read_bounce_token(text: str) -> BounceToken | None:
    """The id of the delivery and the proof, not verified; None if it does not have this form."""
    found = _FORM.fullmatch(text)
    number = int(found[1], 36) if found else 0
    if found is None or not 0 < number < _LARGEST:
        return None
    return BounceToken(number, found[2].lower())


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
