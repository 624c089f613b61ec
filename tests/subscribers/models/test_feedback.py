"""What the tables of feedback refuse."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from subscribers.models import Feedback, ReaderProfile
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
Kind = Feedback.Kind


@pytest.mark.parametrize("second", [Kind.MORE, Kind.LESS, Kind.UPVOTE])
def test_a_subscriber_has_one_vote_for_a_paper(second: str) -> None:
    subscriber, paper = make_subscriber(), make_paper()
    Feedback.objects.create(subscriber=subscriber, paper=paper, kind=Kind.MORE, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.create(subscriber=subscriber, paper=paper, kind=second, at=NOON)


def test_a_paper_can_be_a_seed_saved_and_voted_for() -> None:
    subscriber, paper = make_subscriber(), make_paper()
    for kind in (Kind.SEED, Kind.SAVE, Kind.LESS):
        Feedback.objects.create(subscriber=subscriber, paper=paper, kind=kind, at=NOON)
    assert subscriber.feedback.count() == 3


def test_a_profile_begins_empty_and_balanced() -> None:
    profile = ReaderProfile.objects.create(subscriber=make_subscriber())
    profile.refresh_from_db()
    assert (profile.liked, profile.disliked, profile.balance) == ([], [], 50)


def test_a_balance_beyond_100_is_refused() -> None:
    with pytest.raises(IntegrityError, match="profile_balance_exists"):
        ReaderProfile.objects.create(subscriber=make_subscriber(), balance=101)
