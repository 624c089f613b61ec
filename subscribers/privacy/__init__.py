"""What all tables hold about a subscriber: find it, export it, erase it."""

from subscribers.privacy.erasure import erase, erasing

__all__ = ["erase", "erasing"]
