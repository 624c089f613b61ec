"""One spelling for each address, so that a subscriber exists once, and the hash of an address.

Every door uses it: forms, the admin, webhooks, commands, and whatever asks for a hash. Domains are
compared as mail servers and browsers do today (IDNA 2008): `straße.example` is a domain of its own
and not `strasse.example`, and a Turkish `İ` is not an `i`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from email_validator import EmailNotValidError, validate_email

# What copying from a page or a document leaves between letters, and no domain can hold. The two
# joiners (U+200C, U+200D) are letters of some languages.
_JOINERS: Final = ("\u200c", "\u200d")
# What stands around an address in a mail, a log or a list: "Ada <ada@x.example>," or "mailto:".
_COPIED: Final = re.compile(
    r"(?:[^<>]*<|mailto:)?(?P<address>[^\s<>:,;]+@[^\s<>:,;]+)>?[,;]?", re.IGNORECASE
)
_AROUND: Final = re.compile(r"[<:,;]|\.\Z")
_DOTS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))


class BadAddress(ValueError):
    """No mail can reach the address; the message says why, for the person who typed it."""


def normalised(typed: str) -> str:
    """The address in lower case, its domain in ASCII and without a final dot.

    Whether the domain takes mail is not looked up: the confirmation mail shows it. Only a local
    part in ASCII is accepted, since not every mail server on the way transmits another one.
    Letters of full width, as Asian keyboards type them, are ASCII letters.

    Raises:
        BadAddress: it is not an address that mail can reach.
    """
    try:
        found = validate_email(
            _plain(typed), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from error
    return (found.ascii_email or found.normalized).lower()


def spelling(text: str) -> str:
    """The spelling under which an address is stored and found, also of one that is not valid.

    For whatever looks an address up: a search, a provider's event, an import of years ago. What
    was copied with an address does not count. Who signs up types the address alone (`normalised`).
    """
    if text.isascii() and not _AROUND.search(text):  # nearly always, and much faster
        return text.strip().lower()
    if copied := _COPIED.fullmatch(text.strip()):
        text = copied["address"]
    try:
        return normalised(text)
    except BadAddress:
        return _plain(text).lower()


def ascii_domain(text: str) -> str:
    """A domain as it stands in a stored address: `Bücher.example` is `xn--bcher-kva.example`."""
    return spelling(f"x@{text.strip()}").removeprefix("x@")


def _plain(typed: str) -> str:
    """One form for characters that look alike; no invisible ones, no final dot."""
    text = unicodedata.normalize("NFKC", typed).translate(_DOTS)
    if not text.isascii():
        text = "".join(one for one in text if not _is_invisible(one))
    text = text.strip()
    # A name that ends with a dot is the same name in DNS. Two dots are a typing error.
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" and character not in _JOINERS


def mailbox_of(email: str) -> str:
    """The mailbox behind a normalised address, for limits only: not everywhere is it the same one.

    `user+news@` is the mailbox of `user@`, and Gmail ignores dots.
    """
    local, _, domain = email.rpartition("@")
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def address_hash(email: str) -> str:
    """64 hexadecimal digits that stand for an address once the address itself is deleted.

    Plain SHA-256 of its one spelling: what is stored by it must outlive every rotation of
    SECRET_KEY, so no key goes in. It hides an address from a glance, not from a guess. The list of
    suppressions, which stays the longest, has it salted (`subscribers.suppress.salted`).
    """
    return hashlib.sha256(spelling(email).encode(errors="replace")).hexdigest()


def address_hashes(email: str) -> list[str]:
    """The hash of an address, and the one that an operator's entry of an IDN had before.

    A suppression that was typed as `jo@bücher.example` used to be stored under the hash of that
    spelling. The address cannot be read from the hash, so only a look-up can find it.
    """
    address = spelling(email)
    hashes = [address_hash(address)]
    if "xn--" in address:
        try:
            found = validate_email(address, check_deliverability=False)
        except EmailNotValidError:
            return hashes
        hashes.append(hashlib.sha256(found.normalized.lower().encode()).hexdigest())
    return hashes
