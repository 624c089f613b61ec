"""What a reader changes of what was learned."""

from __future__ import annotations

import pytest

from subscribers.feedback import adjust
from subscribers.models import ReaderProfile, Subscriber
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db


def profile_of(reader: Subscriber) -> ReaderProfile:
    return ReaderProfile.objects.get(subscriber=reader)


@pytest.mark.parametrize("balance", [0, 37, 100])
def test_the_balance_is_stored(balance: int) -> None:
    reader = make_subscriber()
    adjust.set_balance(reader, balance)
    assert profile_of(reader).balance == balance


@pytest.mark.parametrize("balance", [-1, 101])
def test_a_balance_outside_of_its_range_changes_nothing(balance: int) -> None:
    reader = make_subscriber()
    with pytest.raises(ValueError, match=str(balance)):
        adjust.set_balance(reader, balance)
    assert not ReaderProfile.objects.exists()


def test_topics_and_words_are_taken_away_once_and_count_again() -> None:
    reader = make_subscriber()
    for _ in range(2):
        adjust.ignore_topic(reader, "robotics")
        adjust.ignore_word(reader, "walrus")
    adjust.ignore_word(reader, "seal")
    assert profile_of(reader).ignored_topics == ["robotics"]
    assert profile_of(reader).ignored_words == ["walrus", "seal"]
    adjust.restore_topic(reader, "robotics")
    adjust.restore_word(reader, "walrus")
    assert (profile_of(reader).ignored_topics, profile_of(reader).ignored_words) == ([], ["seal"])


def test_an_endless_list_ends() -> None:
    reader = make_subscriber()
    ReaderProfile.objects.create(subscriber=reader, ignored_words=[f"w{n}" for n in range(100)])
    adjust.ignore_word(reader, "one more")
    assert len(profile_of(reader).ignored_words) == 100


def test_what_was_learned_stays_as_it_is() -> None:
    reader = make_subscriber()
    ReaderProfile.objects.create(subscriber=reader, liked=[5], liked_days=[20_000])
    adjust.set_balance(reader, 80)
    assert profile_of(reader).liked == [5]
