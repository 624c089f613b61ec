"""One term more, one term less; everything else stays."""

from __future__ import annotations

import pytest

from subscribers.account.interests import (
    add_terms,
    remove_term,
    terms_of,
    with_terms,
    without_term,
)
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest
from subscribers.preferences import Preferences, preferences_of
from tests.factories import NOON, make_subscriber

ORIGIN = RequestOrigin()
CHOSEN = Preferences(
    keywords=("diffusion", "nlp, fine-tuning"), authors=("Yann LeCun",), muted=("survey",)
)


def test_a_line_that_was_stored_years_ago_is_several_terms() -> None:
    assert terms_of(CHOSEN, "keywords") == ("diffusion", "nlp", "fine-tuning")


def test_a_term_in_another_spelling_replaces_the_old_one() -> None:
    changed = with_terms(CHOSEN, "keywords", ("finetuning", "agents"))
    assert changed.keywords == ("diffusion", "nlp", "finetuning", "agents")
    assert with_terms(CHOSEN, "authors", ("LeCun, Yann",)).authors == ("LeCun, Yann",)


def test_a_term_of_a_stored_line_can_be_removed_alone() -> None:
    changed = without_term(CHOSEN, "keywords", "nlp")
    assert (changed.keywords, changed.muted) == (("diffusion", "fine-tuning"), ("survey",))


@pytest.mark.parametrize("term", ["", "Diffusion", "survey", "nlp, fine-tuning"])
def test_a_term_that_is_not_there_changes_nothing(term: str) -> None:
    assert without_term(CHOSEN, "keywords", term) == CHOSEN


@pytest.mark.django_db
def test_terms_are_stored_with_a_record_of_the_change() -> None:
    ada = make_subscriber()
    Interest.objects.create(subscriber=ada, kind=Interest.Kind.MUTED, term="survey")
    assert add_terms(ada, "keywords", ("agents",), ORIGIN, NOON)
    assert preferences_of(ada) == Preferences(keywords=("agents",), muted=("survey",))
    assert remove_term(ada, "muted", "survey", ORIGIN, NOON)
    assert preferences_of(ada) == Preferences(keywords=("agents",))
    details = list(ConsentEntry.objects.order_by("id").values_list("detail", flat=True))
    assert details == [{"keywords": [[], ["agents"]]}, {"muted": [["survey"], []]}]


@pytest.mark.django_db
def test_what_is_there_already_changes_and_records_nothing() -> None:
    ada = make_subscriber()
    add_terms(ada, "keywords", ("agents",), ORIGIN, NOON)
    assert not add_terms(ada, "keywords", ("agents",), ORIGIN, NOON)
    assert not remove_term(ada, "muted", "agents", ORIGIN, NOON)
    assert ConsentEntry.objects.count() == 1
