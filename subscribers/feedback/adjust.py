"""What a reader changes of what was learned: topics and words that must not count, the balance."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from subscribers.models import ReaderProfile, Subscriber

MOST: Final = 100  # topics, and words, that must not count
_LONGEST: Final = 80


@transaction.atomic
def set_balance(subscriber: Subscriber, balance: int) -> None:
    """From 0, what is popular, to 100, what is like the papers that they like.

    Raises:
        ValueError: it is outside of that range.
    """
    if not 0 <= balance <= 100:
        raise ValueError(balance)
    profile = _locked(subscriber)
    profile.balance = balance
    profile.save(update_fields=["balance", "updated_at"])


def ignore_topic(subscriber: Subscriber, slug: str) -> None:
    """Likeness does not count for papers of this topic any more. Repeating is safe."""
    _add(subscriber, "ignored_topics", slug[:50])


def ignore_word(subscriber: Subscriber, word: str) -> None:
    """Likeness does not count for papers that mention this word any more. Repeating is safe."""
    _add(subscriber, "ignored_words", word[:_LONGEST])


def restore_topic(subscriber: Subscriber, slug: str) -> None:
    """The topic counts again."""
    _remove(subscriber, "ignored_topics", slug)


def restore_word(subscriber: Subscriber, word: str) -> None:
    """The word counts again."""
    _remove(subscriber, "ignored_words", word)


@transaction.atomic
def _add(subscriber: Subscriber, column: str, value: str) -> None:
    profile = _locked(subscriber)
    values = getattr(profile, column)
    if value and value not in values and len(values) < MOST:
        _store(profile, column, [*values, value])


@transaction.atomic
def _remove(subscriber: Subscriber, column: str, value: str) -> None:
    profile = _locked(subscriber)
    _store(profile, column, [one for one in getattr(profile, column) if one != value])


def _locked(subscriber: Subscriber) -> ReaderProfile:
    """The profile, while the subscriber's row is held: as every verb of feedback does."""
    subscriber.lock()
    profile, _ = ReaderProfile.objects.get_or_create(subscriber=subscriber)
    return profile


def _store(profile: ReaderProfile, column: str, values: list[str]) -> None:
    setattr(profile, column, values)
    profile.save(update_fields=[column, "updated_at"])
