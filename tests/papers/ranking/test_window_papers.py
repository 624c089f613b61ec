"""The papers that take part in a window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from papers.ranking.window_papers import window_papers
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("window", "days"), [("day", 1), ("week", 7), ("month", 30)])
def test_a_window_has_its_first_and_its_last_day(window: str, days: int) -> None:
    first, last = (make_paper(listed_on=DAY - timedelta(days=ago)) for ago in (days - 1, 0))
    for day in (DAY - timedelta(days=days), DAY + timedelta(days=1)):
        make_paper(listed_on=day)
    assert set(window_papers(window, DAY)) == {first, last}  # type: ignore[arg-type]


def test_a_withdrawn_paper_is_left_out() -> None:
    make_paper(is_withdrawn=True)
    assert list(window_papers("week", DAY)) == []
