"""The papers that a reader saved: their list, and what it says of their taste."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from papers.catalogue.merge import merge
from papers.models import Paper
from subscribers.feedback import save as module
from subscribers.feedback.forget import forget
from subscribers.feedback.save import forgotten_saves, save_paper, saved_papers, unsave_paper
from subscribers.models import Feedback, ReaderProfile, Subscriber
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def test_the_last_saved_paper_comes_first() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    old, new, others = make_paper(), make_paper(), make_paper()
    assert save_paper(ada, old, NOON) == "saved"
    assert save_paper(ada, new, NOON + timedelta(hours=1)) == "saved"
    save_paper(bob, others, NOON)
    assert [one.paper for one in saved_papers(ada)] == [new, old]


def test_a_list_has_no_paper_that_was_only_voted_for_or_named() -> None:
    ada = make_subscriber()
    for kind in Feedback.Kind.values:
        Feedback.objects.create(subscriber=ada, paper=make_paper(), kind=kind, at=NOON)
    assert saved_papers(ada).get().kind == Feedback.Kind.SAVE


def test_saving_twice_keeps_one() -> None:
    ada, paper = make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    assert save_paper(ada, paper, NOON + timedelta(hours=1)) == "saved before"
    assert saved_papers(ada).get().at == NOON


def test_a_saved_paper_is_liked_until_it_is_removed() -> None:
    ada, paper = make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    assert ReaderProfile.objects.get().liked == [paper.pk]
    unsave_paper(ada, paper.pk)
    assert ReaderProfile.objects.get().liked == []


def test_a_full_list_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    ada = make_subscriber()
    papers = [make_paper() for _ in range(3)]
    assert [save_paper(ada, one, NOON) for one in papers] == ["saved", "saved", "too many"]
    assert save_paper(ada, papers[0], NOON) == "saved before"


@pytest.mark.django_db(transaction=True)
def test_many_requests_at_once_save_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    ada, papers = make_subscriber(), [make_paper() for _ in range(8)]

    def save(paper: Paper) -> None:
        try:
            save_paper(Subscriber.objects.get(pk=ada.pk), paper, NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, papers))
    assert saved_papers(ada).count() == 2


def test_a_removed_paper_is_gone_from_this_list_only() -> None:
    ada, bob, paper = make_subscriber(), make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    save_paper(bob, paper, NOON)
    assert unsave_paper(ada, paper.pk)
    assert not unsave_paper(ada, paper.pk)
    assert Feedback.objects.get().subscriber == bob


def test_removing_a_saved_paper_keeps_the_vote_on_it() -> None:
    ada, paper = make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    Feedback.objects.create(subscriber=ada, paper=paper, kind="more", at=NOON)
    unsave_paper(ada, paper.pk)
    assert ada.feedback.get().kind == "more"


def test_a_withdrawn_paper_stays_in_the_list() -> None:
    ada, paper = make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    Paper.objects.update(is_withdrawn=True)
    assert saved_papers(ada).get().paper.is_withdrawn


def test_a_merged_paper_stays_in_every_list_once() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    named, nameless = make_paper(), make_paper(arxiv_id=None)
    save_paper(ada, named, NOON)
    save_paper(ada, nameless, NOON)
    save_paper(bob, nameless, NOON)
    kept = merge(named, nameless)
    assert [saved_papers(one).get().paper for one in (ada, bob)] == [kept, kept]


@pytest.mark.parametrize("length", [1, 3])
def test_the_list_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    ada = make_subscriber()
    for _ in range(length):
        save_paper(ada, make_paper(), NOON)
    with django_assert_num_queries(1):
        assert len([one.paper.title for one in saved_papers(ada)]) == length


def test_a_paper_saved_again_after_forgetting_counts_as_new() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    old, other = make_paper(), make_paper()
    for reader in (ada, bob):
        save_paper(reader, old, NOON)
        save_paper(reader, other, NOON + timedelta(minutes=1))
    forget(ada, NOON + timedelta(hours=1))
    assert forgotten_saves(ada, [old.pk, other.pk]) == {old.pk, other.pk}
    assert save_paper(ada, old, NOON + timedelta(hours=2)) == "saved"
    assert ada.profile.liked == [old.pk]
    assert [one.paper for one in saved_papers(ada)] == [old, other]
    assert save_paper(ada, old, NOON + timedelta(hours=3)) == "saved before"
    assert forgotten_saves(ada, [old.pk, other.pk]) == {other.pk}
    assert forgotten_saves(bob, [old.pk, other.pk]) == set()


def test_a_full_list_lets_a_paper_count_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    ada, paper = make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    forget(ada, NOON + timedelta(hours=1))
    assert save_paper(ada, paper, NOON + timedelta(hours=2)) == "saved"
