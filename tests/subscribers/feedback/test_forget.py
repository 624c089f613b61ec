"""Forgetting what was learned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from subscribers.feedback.forget import forget
from subscribers.feedback.save import save_paper, saved_papers
from subscribers.feedback.seed import add_seeds
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, ReaderProfile
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def test_what_was_learned_is_gone_and_the_saved_list_stays() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    saved, voted, named = make_paper(), make_paper(), make_paper()
    for reader in (ada, bob):
        save_paper(reader, saved, NOON)
        vote(reader, voted, Feedback.Kind.LESS, NOON)
        add_seeds(reader, [named], NOON)
    ReaderProfile.objects.update(ignored_topics=["agents"], ignored_words=["walrus"], balance=90)
    forget(ada, LATER)
    hers = ReaderProfile.objects.get(subscriber=ada)
    assert (hers.liked, hers.disliked, hers.ignored_topics, hers.ignored_words) == ([], [], [], [])
    assert (hers.forgotten_at, hers.balance) == (LATER, 90)
    assert [one.paper for one in saved_papers(ada)] == [saved]
    assert ada.feedback.count() == 1
    his = ReaderProfile.objects.get(subscriber=bob)
    assert (set(his.liked), his.disliked) == ({saved.pk, named.pk}, [voted.pk])
    assert (his.ignored_topics, bob.feedback.count()) == (["agents"], 3)


def test_feedback_after_it_counts_again() -> None:
    ada, before, after = make_subscriber(), make_paper(), make_paper()
    save_paper(ada, before, NOON)
    forget(ada, LATER)
    save_paper(ada, after, LATER + timedelta(minutes=1))
    assert ReaderProfile.objects.get().liked == [after.pk]


def test_a_reader_of_whom_nothing_was_learned_can_forget_it_twice() -> None:
    ada = make_subscriber()
    forget(ada, NOON)
    forget(ada, LATER)
    assert ReaderProfile.objects.get().forgotten_at == LATER
