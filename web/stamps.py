"""When a form was served: a signed time in a hidden field. It needs no cookie and no JavaScript."""

from __future__ import annotations

import re
from typing import Final

from django.core.signing import BadSignature, Signer

_SEPARATOR: Final = "."
_LONGEST: Final = 200  # characters; what is longer is no stamp
_STAMP: Final = re.compile(rb"served\.\d+\.[\w-]+")


def stamp(now: float) -> str:
    """The stamp of a form that is served at `now`, in seconds since 1970."""
    return _signer().sign(f"served.{int(now)}")


def age(text: str, now: float) -> float | None:
    """The seconds since the form was served; None where the stamp is not ours.

    A cache may have kept the page (ours for ten minutes), so this is the most time for which
    somebody had it: an old stamp says nothing, and a new one that somebody was fast.
    """
    try:
        served = _signer().unsign(text[:_LONGEST]).removeprefix("served.")
        return now - int(served)
    except (BadSignature, ValueError):
        return None


def without_stamps(content: bytes) -> bytes:
    """A page without its stamps: two answers that differ in nothing else are the same page."""
    return _STAMP.sub(b"", content)


def _signer() -> Signer:
    return Signer(sep=_SEPARATOR, salt="web.stamps")
