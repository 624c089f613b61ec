"""Papers that a reader named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from subscribers.feedback import seed
from subscribers.feedback.seed import add_seeds, remove_seed
from subscribers.models import Feedback, ReaderProfile
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
Kind = Feedback.Kind


def test_named_papers_are_liked_and_counted_once() -> None:
    ada, first, second = make_subscriber(), make_paper(), make_paper()
    assert add_seeds(ada, [first, first], NOON) == 1
    assert add_seeds(ada, [first, second], NOON + timedelta(hours=1)) == 1
    assert list(ada.feedback.values_list("kind", "paper")) == [
        (Kind.SEED, second.pk),
        (Kind.SEED, first.pk),
    ]
    assert ReaderProfile.objects.get().liked == [second.pk, first.pk]


def test_no_papers_are_no_seeds() -> None:
    assert add_seeds(make_subscriber(), [], NOON) == 0


def test_what_is_beyond_the_most_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed, "MOST", 2)
    ada, papers = make_subscriber(), [make_paper() for _ in range(3)]
    assert add_seeds(ada, papers, NOON) == 2
    assert add_seeds(ada, papers, NOON) == 0
    assert set(ada.feedback.values_list("paper", flat=True)) == {one.pk for one in papers[:2]}


def test_a_removed_seed_is_no_longer_liked_and_others_are() -> None:
    ada, bob, paper, other = make_subscriber(), make_subscriber(), make_paper(), make_paper()
    add_seeds(ada, [paper, other], NOON)
    add_seeds(bob, [paper], NOON)
    assert remove_seed(ada, paper.pk)
    assert not remove_seed(ada, paper.pk)
    assert ReaderProfile.objects.get(subscriber=ada).liked == [other.pk]
    assert ReaderProfile.objects.get(subscriber=bob).liked == [paper.pk]


def test_removing_a_seed_leaves_the_saved_paper() -> None:
    ada, paper = make_subscriber(), make_paper()
    Feedback.objects.create(subscriber=ada, paper=paper, kind=Kind.SAVE, at=NOON)
    add_seeds(ada, [paper], NOON)
    remove_seed(ada, paper.pk)
    assert ada.feedback.get().kind == Kind.SAVE
