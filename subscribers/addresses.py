"""One spelling for each address, so that a reader exists once."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email


class BadAddress(ValueError):
    """No mail can go to it; the message says why, for the person who typed it."""


def normalised(typed: str) -> str:
    """The address in lower case, its domain in ASCII.

    Nobody is asked whether the domain takes mail: the confirmation will tell. Only a local
    part in ASCII is taken, since not every server on the way carries another.

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
