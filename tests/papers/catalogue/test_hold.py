"""Papers that are held to the end of a transaction."""

from __future__ import annotations

import pytest
from django.db import transaction

from papers.catalogue.hold import hold_for_deletion, hold_paper, hold_papers
from papers.catalogue.merge import merge
from papers.models import Paper
from subscribers.feedback.vote import vote, vote_of
from subscribers.models import Feedback
from tests.at_once import result_during
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)


def test_those_that_are_here_are_held() -> None:
    here, gone = make_paper(), make_paper()
    number = gone.pk
    gone.delete()
    assert hold_papers([here.pk, number]) == {here.pk}
    assert hold_papers([]) == set()


def test_a_paper_that_is_not_here_is_an_error() -> None:
    paper = make_paper()
    hold_paper(paper)
    Paper.objects.all().delete()
    with pytest.raises(Paper.DoesNotExist):
        hold_paper(paper)


def test_a_deletion_waits_for_what_is_stored_of_a_held_paper() -> None:
    ada, paper = make_subscriber(), make_paper()

    def votes_that_it_sees() -> int:
        with transaction.atomic():
            hold_for_deletion([paper.pk])
            return Feedback.objects.count()

    assert (
        result_during(lambda: vote(ada, paper, Feedback.Kind.MORE, NOON), votes_that_it_sees) == 1
    )


def test_who_holds_a_paper_waits_for_its_deletion() -> None:
    paper = make_paper()
    number = paper.pk
    assert result_during(paper.delete, lambda: hold_papers([number])) == set()


def test_a_merge_takes_over_a_vote_of_the_same_instant() -> None:
    ada, named, nameless = make_subscriber(), make_paper(), make_paper(arxiv_id=None)

    def merge_them() -> Paper | None:
        with transaction.atomic():
            return merge(Paper.objects.get(pk=named.pk), Paper.objects.get(pk=nameless.pk))

    kept = result_during(lambda: vote(ada, nameless, Feedback.Kind.UPVOTE, NOON), merge_them)
    assert kept == named
    assert vote_of(ada, named) == Feedback.Kind.UPVOTE
