"""One spelling for each address, so that a subscriber exists once, and the hash of an address."""

from __future__ import annotations

import hashlib

from email_validator import EmailNotValidError, validate_email


class BadAddress(ValueError):
    """No mail can reach the address; the message says why, for the person who typed it."""


def normalised(typed: str) -> str:
    """The address in lower case, its domain in ASCII.

    Whether the domain takes mail is not looked up: the confirmation mail shows it. Only a local
    part in ASCII is accepted, since not every mail server on the way transmits another one.

    Raises:
        BadAddress: it is not an address that mail can reach.
    """
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from error
    return (found.ascii_email or found.normalized).lower()


def mailbox_of(email: str) -> str:
    """The mailbox behind a normalised address, for limits only: not everywhere is it the same one.

    `user+news@` is the mailbox of `user@`, and Gmail ignores dots.
    """
    local, _, domain = email.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def address_hash(email: str) -> str:
    """64 hexadecimal digits that stand for an address once the address itself is deleted.

    Plain SHA-256 of the lower-case address: a suppression must outlive every rotation of
    SECRET_KEY, so no key goes in. It hides an address from a glance, not from a guess.
    """
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()
