"""What each ranking that can be compared changes."""

from __future__ import annotations

from newsletter.editions.interleaving.rankings import RANKINGS
from newsletter.editions.personalize import Interests
from newsletter.editions.profile import Profile

LIKES = Interests(frozenset({"robotics"}), profile=Profile(liked=((1, 20_000),)))


def test_popular_and_personal_move_the_balance_and_nothing_else() -> None:
    popular, personal = RANKINGS["popular"](LIKES), RANKINGS["personal"](LIKES)
    assert popular.profile == Profile(liked=((1, 20_000),), balance=0)
    assert personal.profile == Profile(liked=((1, 20_000),), balance=100)
    assert popular.topics == personal.topics == {"robotics"}


def test_without_profile_leaves_what_the_reader_follows() -> None:
    assert RANKINGS["without-profile"](LIKES) == Interests(frozenset({"robotics"}))


def test_readers_without_a_profile_are_compared_too() -> None:
    assert RANKINGS["popular"](Interests()).profile == Profile(balance=0)
