"""A reader's digest at another balance, and what moves by it."""

from __future__ import annotations

import pytest

from newsletter.previews.balance import balance_preview, moves, percent_learned
from newsletter.previews.digest import PreviewPaper
from tests.factories import DAY, make_candidate, make_edition, make_paper, make_subscriber


def papers(*names: str) -> list[PreviewPaper]:
    return [PreviewPaper(name, "", "", f"/papers/{name}") for name in names]


def test_each_paper_says_how_it_moved() -> None:
    found = moves(papers("a", "b", "c"), papers("b", "a", "d"))
    assert [(one.paper.title, one.move) for one in found] == [
        ("b", "up"),
        ("a", "down"),
        ("d", "new"),
    ]
    assert [one.move for one in moves(papers("a"), papers("a"))] == [""]


@pytest.mark.parametrize(
    ("events", "balance", "percent"),
    [(0, 50, 0), (2, 50, 50), (6, 50, 75), (6, 100, 75), (6, 25, 38), (6, 0, 0)],
)
def test_how_much_is_learned_grows_with_events_and_balance(
    events: float, balance: int, percent: int
) -> None:
    assert percent_learned(events, balance) == percent


def test_where_no_topics_are_followed_one_event_is_nearly_all_that_counts() -> None:
    assert percent_learned(1, 50, follows=False) == 95
    assert percent_learned(3, 25, follows=False) == 49


@pytest.mark.django_db
def test_before_the_first_edition_there_is_no_digest() -> None:
    assert balance_preview(make_subscriber(), 80, DAY, minimum=1) is None


@pytest.mark.django_db
def test_a_reader_of_whom_nothing_is_known_sees_their_digest() -> None:
    paper = make_paper("Walruses")
    facts = {"title": "Walruses", "summary": "", "authors": [], "since": "this week"}
    figures = {"upvotes_window_gain": 3, "stars": 0, "position": 1}
    make_candidate(make_edition(), paper, facts=facts | figures)
    found = balance_preview(make_subscriber(), 80, DAY, minimum=1)
    assert found
    assert [one.paper.title for one in found.papers] == ["Walruses"]
    assert (found.percent, found.follows, found.papers[0].move) == (0, False, "")
