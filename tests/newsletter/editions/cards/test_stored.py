"""Share cards of editions: what is on them, and when the card of the site is shown instead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from newsletter.editions.cards.stored import draw_edition_card, edition_card, short_days
from newsletter.models import Edition, EditionCard
from papers.cards.draw import draw_card
from papers.cards.stored import site_card_png
from papers.models import Paper
from tests.factories import DAY, NOON, make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db


def edition_of(*titles: str, cadence: str = "weekly") -> Edition:
    edition = make_edition(cadence)
    for title in titles:
        make_candidate(edition, make_paper(title))
    return edition


def test_a_card_says_the_days_and_the_first_three_titles() -> None:
    edition = edition_of("Sand on Mars", "Second", "Third", "Fourth")
    with override("de"):  # the picture is one for all languages
        draw_edition_card(edition, NOON)
    assert edition_card(edition) == draw_card(
        "Trending papers, week of 8–14 March",
        "4 papers",
        "Weekly edition, 8 to 14 March 2025",
        listed=["Sand on Mars", "Second", "Third"],
    )


def test_the_card_of_a_day_names_it() -> None:
    edition = edition_of("Sand on Mars", cadence="daily")
    draw_edition_card(edition, NOON)
    assert edition_card(edition) == draw_card(
        "Trending papers, 14 March",
        "1 paper",
        "Daily edition, 14 March 2025",
        listed=["Sand on Mars"],
    )


@pytest.mark.parametrize(
    ("days", "last", "said"),
    [
        (1, date(2026, 11, 29), "29 November"),
        (7, date(2026, 11, 29), "23–29 November"),
        (7, date(2026, 11, 30), "24–30 November"),
        (7, date(2026, 12, 3), "27 November – 3 December"),
        (7, date(2027, 1, 2), "27 December – 2 January"),
        (30, date(2026, 11, 29), "31 October – 29 November"),
    ],
)
def test_days_are_short_and_without_a_year(days: int, last: date, said: str) -> None:
    assert short_days(last - timedelta(days=days - 1), last) == said


def test_an_edition_without_a_card_has_that_of_the_site() -> None:
    edition, other = edition_of("Sand on Mars"), edition_of("Second", cadence="daily")
    draw_edition_card(other, NOON)
    assert edition_card(edition) == site_card_png() != edition_card(other)


def test_an_edition_without_papers_gets_no_card() -> None:
    draw_edition_card(make_edition(), NOON)
    assert not EditionCard.objects.exists()


def test_an_edition_that_is_composed_again_has_its_new_card() -> None:
    edition = edition_of("Sand on Mars")
    draw_edition_card(edition, NOON)
    before = edition_card(edition)
    make_candidate(edition, make_paper("Second"))
    draw_edition_card(edition, NOON + timedelta(days=1))
    assert edition_card(edition) != before
    assert EditionCard.objects.get().drawn_at == NOON + timedelta(days=1)


@pytest.mark.parametrize(("position", "is_shown"), [(1, False), (3, False), (4, True)])
def test_a_card_that_names_a_withdrawn_paper_is_not_shown(position: int, is_shown: bool) -> None:
    edition = edition_of("First", "Second", "Third", "Fourth")
    draw_edition_card(edition, NOON)
    Paper.objects.filter(candidates__position=position).update(is_withdrawn=True)
    assert (edition_card(edition) != site_card_png()) == is_shown


def test_a_paper_whose_facts_have_no_title_is_left_out() -> None:
    edition = make_edition(day=DAY)
    make_candidate(edition, make_paper(), facts={"title": 7})
    make_candidate(edition, make_paper(), facts={"title": "Second"})
    draw_edition_card(edition, NOON)
    assert edition_card(edition) == draw_card(
        "Trending papers, week of 8–14 March",
        "2 papers",
        "Weekly edition, 8 to 14 March 2025",
        listed=["Second"],
    )
