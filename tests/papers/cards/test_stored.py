"""Cards in the database: drawn once, drawn again after a change, deleted when old."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.cards.stored import MOST, card_of, draw_cards
from papers.models import Paper, ShareCard
from tests.factories import NOON, make_paper

pytestmark = pytest.mark.django_db


def test_a_card_is_drawn_once() -> None:
    paper = make_paper("Visual Dialog")
    assert draw_cards([paper.pk], NOON) == 1
    assert draw_cards([paper.pk], NOON + timedelta(days=1)) == 0
    assert ShareCard.objects.get().drawn_at == NOON


def test_a_card_is_drawn_again_when_its_texts_change() -> None:
    paper = make_paper("Visual Dialog", authors=["Ada Roe"])
    draw_cards([paper.pk], NOON)
    before = card_of(paper)
    Paper.objects.update(authors=["Jo Doe"])
    assert draw_cards([paper.pk], NOON + timedelta(days=1)) == 1
    assert card_of(paper) != before
    assert ShareCard.objects.get().drawn_at == NOON + timedelta(days=1)


def test_a_paper_whose_card_cannot_be_drawn_costs_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    riddle, broken, plain = make_paper("𒀀𒀁𒀂"), make_paper(authors=17), make_paper("Visual Dialog")
    with caplog.at_level(logging.ERROR):
        assert draw_cards([riddle.pk, broken.pk, plain.pk], NOON) == 1
    assert ShareCard.objects.get().paper == plain
    assert f"the share card of paper {riddle.pk}" in caplog.text
    assert f"the share card of paper {broken.pk}" in caplog.text


def test_only_the_first_papers_of_an_edition_get_a_card() -> None:
    papers = [make_paper("x").pk for _ in range(MOST + 1)]
    ShareCard.objects.bulk_create(
        ShareCard(paper_id=pk, png=b"x", version="old", drawn_at=NOON) for pk in papers
    )
    Paper.objects.filter(pk__in=papers[:-2]).delete()
    assert draw_cards(papers, NOON) == 1
    assert ShareCard.objects.get(pk=papers[-1]).version == "old"


def test_a_withdrawn_paper_gets_no_card() -> None:
    paper = make_paper(is_withdrawn=True)
    assert draw_cards([paper.pk], NOON) == 0


def test_old_cards_are_deleted() -> None:
    old, new = make_paper("Old"), make_paper("New")
    draw_cards([old.pk], NOON)
    draw_cards([new.pk], NOON + timedelta(days=1))
    draw_cards([], NOON + timedelta(days=120, hours=1))
    assert [card.paper for card in ShareCard.objects.all()] == [new]


@pytest.mark.parametrize("number", [1, 3])
def test_the_queries_do_not_grow_with_the_papers(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    papers = [make_paper("Visual Dialog").pk for _ in range(number)]
    with django_assert_num_queries(5):  # old cards, versions, papers, topics, and storing
        assert draw_cards(papers, NOON) == number
