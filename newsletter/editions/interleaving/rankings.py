"""The rankings that can be compared with the ordinary one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from newsletter.editions.personalize import Interests
from newsletter.editions.profile import Profile


def popular(interests: Interests) -> Interests:
    """By trend alone, of what the reader follows."""
    return _balanced(interests, 0)


def personal(interests: Interests) -> Interests:
    """By likeness to what the reader liked, without the trend."""
    return _balanced(interests, 100)


def without_profile(interests: Interests) -> Interests:
    """By topics, words, authors and trend: as if nothing had been learned."""
    return replace(interests, profile=None)


RANKINGS: Final[Mapping[str, Callable[[Interests], Interests]]] = {
    "popular": popular,
    "personal": personal,
    "without-profile": without_profile,
}


def _balanced(interests: Interests, balance: int) -> Interests:
    return replace(interests, profile=replace(interests.profile or Profile(), balance=balance))
