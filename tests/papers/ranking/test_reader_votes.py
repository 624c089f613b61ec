"""The reads of what our own readers like."""

from __future__ import annotations

from datetime import timedelta

import pytest

from papers.models import Paper, Signal
from papers.ranking.reader_votes import recent_papers, store_reader_votes
from tests.factories import DAY, NOON, make_paper, make_signal

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def reads(paper: Paper) -> list[tuple[str, str, float]]:
    found = Signal.objects.filter(paper=paper).order_by("read_at")
    return [(one.source, one.kind, one.value) for one in found]


def test_a_count_is_stored_as_a_read_and_repeated_only_when_it_changes() -> None:
    paper, other = make_paper(), make_paper()
    assert store_reader_votes({paper.pk: 3.5}, NOON) == 1
    assert store_reader_votes({paper.pk: 3.5}, LATER) == 0
    assert store_reader_votes({paper.pk: 4}, LATER) == 1
    assert reads(paper) == [("readers", "votes", 3.5), ("readers", "votes", 4)]
    assert reads(other) == []


def test_votes_that_were_taken_back_are_read_as_none() -> None:
    paper = make_paper()
    store_reader_votes({paper.pk: 3}, NOON)
    assert store_reader_votes({}, LATER) == 1
    assert reads(paper)[-1] == ("readers", "votes", 0)


def test_other_signals_and_sources_are_no_count_of_ours() -> None:
    paper = make_paper()
    make_signal(paper, 3, kind="votes", source="elsewhere")
    make_signal(paper, 3, source="readers")
    assert store_reader_votes({paper.pk: 3}, LATER) == 1


def test_a_paper_that_can_be_in_no_list_to_come_is_left_alone() -> None:
    old = make_paper(listed_on=DAY - timedelta(days=41))
    gone = make_paper(is_withdrawn=True)
    new = make_paper(listed_on=DAY - timedelta(days=40))
    assert set(recent_papers(NOON)) == {new}
    assert store_reader_votes({old.pk: 9, gone.pk: 9, new.pk: 9}, NOON) == 1
    assert reads(old) == reads(gone) == []


def test_a_second_run_at_the_same_instant_changes_nothing() -> None:
    paper = make_paper()
    store_reader_votes({paper.pk: 3}, NOON)
    assert store_reader_votes({paper.pk: 4}, NOON) == 0
