"""Tell machines that fill in every field from people whose browser does.

A honeypot is a field that no person sees. A browser or a password manager may still fill it in, and
a reader who is dropped for that is lost without a word. So the field's name means nothing to them,
it asks them to leave it alone, and alone it proves nothing: only a form that was never loaded from
this site is dropped, and one that came back within seconds is asked for once more, visibly. In
doubt a sign-up passes: nothing happens before the confirmation mail is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from django.conf import settings
from django.utils.crypto import salted_hmac

from web.stamps import age

Sender = Literal["person", "hasty", "machine"]

STAMP: Final = "served"  # the name of the field with the time
FASTEST: Final = 3.0  # seconds in which a person loads the page, types an address and sends it


def sender(data: Mapping[str, str], now: float) -> Sender:
    """Who sent a form: "hasty" is to be asked again, and only "machine" is to be dropped."""
    if not any(data.get(name) for name in field_names()):
        return "person"
    if not data.get(STAMP):
        return "machine"
    seconds = age(data[STAMP], now)
    return "hasty" if seconds is not None and seconds < FASTEST else "person"


def field_names() -> list[str]:
    """The name of the field, then those of pages that were loaded before the secret changed.

    Made of the secret, so that no list of names that machines skip can hold it, and no word in it
    is a thing that browsers know about a person.
    """
    return [_name(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _name(key: str) -> str:
    return "f" + salted_hmac("subscribers.honeypot", "name", secret=key).hexdigest()[:9]
