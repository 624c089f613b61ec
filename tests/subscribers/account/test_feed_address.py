"""A new address of the feed ends the old one, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from subscribers import tokens
from subscribers.account.feed_address import renew_feed
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db


def test_the_old_address_ends_and_the_new_one_works() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    old, others = tokens.make("feed", ada), tokens.make("feed", bob)
    own_page = tokens.make("preferences", ada)
    renew_feed(ada, NOON)
    new = tokens.make("feed", ada)
    assert tokens.read("feed", new) == ada
    with pytest.raises(tokens.BadToken):
        tokens.read("feed", old)
    assert tokens.read("preferences", own_page) == ada
    assert tokens.read("feed", others) == bob


def test_a_second_renewal_ends_the_first_one() -> None:
    ada = make_subscriber()
    renew_feed(ada, NOON)
    first = tokens.make("feed", ada)
    renew_feed(ada, NOON + timedelta(seconds=1))
    with pytest.raises(tokens.BadToken):
        tokens.read("feed", first)
