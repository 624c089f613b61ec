"""The papers of an edition as it stored them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.editions.compose import compose
from newsletter.editions.stored_candidates import (
    candidate_paper,
    fragment_of,
    has_reason,
    is_intact,
)
from newsletter.models import Candidate
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate() -> Candidate:
    make_paper("Tea", summary="It steeps. It is poured.", authors=["Ada Lovelace"])
    return compose("weekly", DAY, datetime(2025, 3, 15, 8, tzinfo=UTC)).candidates.get()


def test_a_candidate_is_read_as_it_was_rendered(candidate: Candidate) -> None:
    fragment = fragment_of(candidate)
    assert (fragment.title, fragment.heading) == ("Tea", "Tea")
    assert fragment.abstract == "It steeps. It is poured."
    assert (fragment.html, fragment.text) == (candidate.html, candidate.text)


def test_a_candidate_is_chosen_by_its_words_and_authors(candidate: Candidate) -> None:
    paper = candidate_paper(candidate)
    assert (paper.paper_id, paper.position) == (candidate.paper_id, 1)
    assert paper.words == "Tea\n\nIt steeps. It is poured."
    assert paper.authors == ("Ada Lovelace",)


@pytest.mark.parametrize("facts", [{"title": 7}, {"authors": [None]}, {"summary": None}])
def test_facts_of_no_paper_are_left_out(candidate: Candidate, facts: dict[str, object]) -> None:
    assert is_intact(candidate)
    candidate.facts = {**candidate.facts, **facts}
    if facts == {"summary": None}:
        del candidate.facts["summary"]
    assert not is_intact(candidate)


def test_a_candidate_without_figures_has_no_reason(candidate: Candidate) -> None:
    assert has_reason(candidate)
    del candidate.facts["upvotes_window_gain"]
    assert not has_reason(candidate)
