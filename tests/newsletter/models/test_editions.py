"""Editions: what is read of them, and whether they are sent now."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from newsletter.models import Edition, EditionCard
from tests.factories import DAY, NOON, make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db


def test_a_light_edition_is_read_without_its_rendered_mail() -> None:
    made = make_edition(html="x" * 10_000, text="y" * 10_000, note="A quiet day.")
    light = Edition.objects.filter(state="frozen").light().get()
    assert (light, light.note) == (made, "A quiet day.")
    assert light.get_deferred_fields() == {"html", "text"}


@pytest.mark.parametrize(
    ("paused_at", "cancelled_at", "halt"),
    [
        (None, None, ""),
        (NOON, None, "paused"),
        (None, NOON, "cancelled"),
        (NOON, NOON, "cancelled"),  # resuming it does not undo the cancelling
    ],
)
def test_an_edition_says_why_nothing_of_it_is_sent(
    paused_at: datetime | None, cancelled_at: datetime | None, halt: str
) -> None:
    assert Edition(paused_at=paused_at, cancelled_at=cancelled_at).halt == halt


def test_a_cadence_has_one_edition_a_day() -> None:
    make_edition("daily", DAY)
    make_edition("weekly", DAY)
    with pytest.raises(IntegrityError, match="edition_once"):
        make_edition("daily", DAY)


def test_an_edition_has_one_card_which_goes_with_it() -> None:
    edition = make_edition()
    card = EditionCard(edition=edition, png=b"x", drawn_at=NOON)
    card.save(force_insert=True)
    assert str(card) == f"card of edition {edition.pk}"
    with transaction.atomic(), pytest.raises(IntegrityError):
        EditionCard(edition=edition, png=b"y", drawn_at=NOON).save(force_insert=True)
    edition.delete()
    assert not EditionCard.objects.exists()


def test_an_edition_holds_a_paper_once() -> None:
    edition, paper = make_edition(), make_paper()
    make_candidate(edition, paper)
    with pytest.raises(IntegrityError, match="candidate_once"):
        make_candidate(edition, paper)
