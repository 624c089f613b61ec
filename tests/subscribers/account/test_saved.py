"""The papers that a reader saved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from papers.catalogue.merge import merge
from papers.models import Paper
from subscribers.account import saved
from subscribers.account.saved import remove_paper, save_paper, save_pasted, saved_papers
from subscribers.models import SavedPaper, Subscriber
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def test_the_last_saved_paper_comes_first() -> None:
    ada, bob = make_subscriber(), make_subscriber()
    old, new, others = make_paper(), make_paper(), make_paper()
    assert save_paper(ada, old, NOON) == "saved"
    assert save_paper(ada, new, NOON + timedelta(hours=1)) == "saved"
    save_paper(bob, others, NOON)
    assert [one.paper for one in saved_papers(ada)] == [new, old]


def test_saving_twice_keeps_one() -> None:
    ada, paper = make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    assert save_paper(ada, paper, NOON + timedelta(hours=1)) == "saved before"
    assert saved_papers(ada).get().saved_at == NOON


def test_a_full_list_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 2)
    ada = make_subscriber()
    papers = [make_paper() for _ in range(3)]
    assert [save_paper(ada, one, NOON) for one in papers] == ["saved", "saved", "too many"]
    assert save_paper(ada, papers[0], NOON) == "saved before"


@pytest.mark.django_db(transaction=True)
def test_many_requests_at_once_save_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 2)
    ada, papers = make_subscriber(), [make_paper() for _ in range(8)]

    def save(paper: Paper) -> None:
        try:
            save_paper(Subscriber.objects.get(pk=ada.pk), paper, NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, papers))
    assert saved_papers(ada).count() == 2


@pytest.mark.parametrize(
    "text",
    [
        "1706.03762",
        "https://arxiv.org/abs/1706.03762v5",
        "arXiv:1706.03762",
        " https://arxiv.org/pdf/1706.03762.pdf ",
        "https://huggingface.co/papers/1706.03762",
        "doi:10.48550/arXiv.1706.03762",
        "@misc{vaswani, eprint={1706.03762}, archivePrefix={arXiv}}",
    ],
)
def test_what_people_paste_saves_its_paper(text: str) -> None:
    ada, paper = make_subscriber(), make_paper(arxiv_id="1706.03762")
    assert save_pasted(ada, text, NOON) == ("saved", paper)
    assert saved_papers(ada).get().paper == paper


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "no id"),
        ("attention is all you need", "no id"),
        ("https://doi.org/10.1000/182", "no id"),
        ("\0", "no id"),
        ("1706.03762 and 1409.0473, both on arXiv", "no id"),
        ("1409.0473", "unknown"),
    ],
)
def test_what_is_no_known_paper_saves_nothing(text: str, result: str) -> None:
    ada = make_subscriber()
    make_paper(arxiv_id="1706.03762")
    assert save_pasted(ada, text, NOON) == (result, None)
    assert not SavedPaper.objects.exists()


def test_a_removed_paper_is_gone_from_this_list_only() -> None:
    ada, bob, paper = make_subscriber(), make_subscriber(), make_paper()
    save_paper(ada, paper, NOON)
    save_paper(bob, paper, NOON)
    assert remove_paper(ada, paper.pk)
    assert not remove_paper(ada, paper.pk)
    assert SavedPaper.objects.get().subscriber == bob


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
