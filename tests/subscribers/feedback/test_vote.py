"""Votes of readers: one for each paper, changeable and revocable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from papers.catalogue.merge import merge
from papers.models import Paper
from subscribers.feedback import vote as module
from subscribers.feedback.vote import vote, vote_of
from subscribers.models import Feedback, ReaderProfile, Subscriber
from subscribers.privacy import erase
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
Kind = Feedback.Kind
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize("kind", Feedback.VOTES)
def test_a_vote_is_stored_with_its_time(kind: Feedback.Kind) -> None:
    ada, bob, paper = make_subscriber(), make_subscriber(), make_paper()
    vote(ada, paper, kind, NOON)
    told = Feedback.objects.get()
    assert (told.subscriber, told.paper, told.kind, told.at) == (ada, paper, kind, NOON)
    assert vote_of(ada, paper) == kind
    assert vote_of(bob, paper) is None


def test_another_vote_replaces_the_first_and_the_profile_follows() -> None:
    ada, paper = make_subscriber(), make_paper()
    vote(ada, paper, Kind.MORE, NOON)
    vote(ada, paper, Kind.LESS, LATER)
    told, profile = Feedback.objects.get(), ReaderProfile.objects.get()
    assert (told.kind, told.at) == (Kind.LESS, LATER)
    assert (profile.liked, profile.disliked) == ([], [paper.pk])


def test_the_same_vote_again_keeps_the_time_of_the_first() -> None:
    ada, paper = make_subscriber(), make_paper()
    vote(ada, paper, Kind.MORE, NOON)
    vote(ada, paper, Kind.MORE, LATER)
    assert Feedback.objects.get().at == NOON


def test_none_takes_the_vote_back_and_nothing_else() -> None:
    ada, bob, paper, other = make_subscriber(), make_subscriber(), make_paper(), make_paper()
    vote(ada, paper, Kind.UPVOTE, NOON)
    vote(ada, other, Kind.UPVOTE, NOON)
    vote(bob, paper, Kind.UPVOTE, NOON)
    Feedback.objects.create(subscriber=ada, paper=paper, kind=Kind.SEED, at=NOON)
    for _ in range(2):
        vote(ada, paper, None, LATER)
    assert vote_of(ada, paper) is None
    assert vote_of(ada, other) == vote_of(bob, paper) == Kind.UPVOTE
    assert ada.feedback.get(paper=paper).kind == Kind.SEED


@pytest.mark.parametrize("kind", [Kind.SEED, Kind.SAVE])
def test_what_is_no_vote_is_refused(kind: Feedback.Kind) -> None:
    ada, paper = make_subscriber(), make_paper()
    with pytest.raises(ValueError, match=kind):
        vote(ada, paper, kind, NOON)
    assert not Feedback.objects.exists()


def test_of_too_many_votes_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    ada, papers = make_subscriber(), [make_paper() for _ in range(3)]
    Feedback.objects.create(subscriber=ada, paper=papers[0], kind=Kind.SAVE, at=NOON)
    for hours, paper in enumerate(papers):
        vote(ada, paper, Kind.MORE, NOON + timedelta(hours=hours))
    assert [vote_of(ada, paper) for paper in papers] == [None, Kind.MORE, Kind.MORE]
    assert ada.feedback.filter(kind=Kind.SAVE).exists()


def test_a_reader_erased_at_this_moment_gets_no_row() -> None:
    ada, paper = make_subscriber(), make_paper()
    erase(Subscriber.objects.get(pk=ada.pk))
    with pytest.raises(Subscriber.DoesNotExist):
        vote(ada, paper, Kind.MORE, NOON)
    assert not Feedback.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_presses_at_one_instant_leave_one_vote_and_a_profile_of_it() -> None:
    ada, paper = make_subscriber(), make_paper()

    def press(kind: Feedback.Kind | None) -> None:
        try:
            vote(Subscriber.objects.get(pk=ada.pk), Paper.objects.get(pk=paper.pk), kind, NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(9) as threads:
        list(threads.map(press, [*Feedback.VOTES * 2, Kind.MORE, Kind.LESS]))
    told, profile = Feedback.objects.get(), ReaderProfile.objects.get()
    expected = ([], [paper.pk]) if told.kind == Kind.LESS else ([paper.pk], [])
    assert (profile.liked, profile.disliked) == expected


def test_a_merge_keeps_the_newest_vote_of_each_reader() -> None:
    ada, bob, cid, dan = (make_subscriber() for _ in range(4))
    named, nameless = make_paper(), make_paper(arxiv_id=None)
    vote(ada, named, Kind.MORE, NOON)
    vote(ada, nameless, Kind.LESS, LATER)
    vote(bob, named, Kind.MORE, LATER)
    vote(bob, nameless, Kind.LESS, NOON)
    vote(cid, nameless, Kind.UPVOTE, NOON)
    vote(dan, named, Kind.MORE, NOON)
    vote(dan, nameless, Kind.LESS, NOON)
    kept = merge(named, nameless)
    assert kept
    found = [vote_of(reader, kept) for reader in (ada, bob, cid, dan)]
    assert found == [Kind.LESS, Kind.MORE, Kind.UPVOTE, Kind.MORE]
    assert Feedback.objects.count() == 4


def test_a_merge_keeps_the_newest_time_of_each_kind() -> None:
    """Else a save of after forgetting would become one that was forgotten."""
    ada = make_subscriber()
    named, nameless = make_paper(), make_paper(arxiv_id=None)
    for paper, at in ((named, NOON), (nameless, LATER)):
        for kind in (Kind.SAVE, Kind.SEED, Kind.MORE):
            Feedback.objects.create(subscriber=ada, paper=paper, kind=kind, at=at)
    assert merge(named, nameless)
    assert sorted(ada.feedback.values_list("kind", "at")) == [
        (Kind.MORE, LATER), (Kind.SAVE, LATER), (Kind.SEED, LATER),
    ]  # fmt: skip
