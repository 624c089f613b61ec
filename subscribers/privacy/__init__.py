"""Erase a subscriber, and everything that identifies them, from all tables."""

from subscribers.privacy.erasure import erase, erasing

__all__ = ["erase", "erasing"]
