"""The editions of a paper, on its page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template import Context, Template
from pytest_django import DjangoAssertNumQueries

from newsletter.models import Edition
from papers.models import Paper
from tests.factories import DAY, NOON, make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db


def lines(paper: Paper) -> list[str]:
    """What the tag writes, without its HTML, line by line."""
    template = Template("{% load paper_editions %}{% editions_of paper %}")
    plain = Template("{% filter striptags %}{{ html|safe }}{% endfilter %}")
    text = plain.render(Context({"html": template.render(Context({"paper": paper}))}))
    return [line.strip() for line in text.splitlines() if line.strip()]


def in_edition(paper: Paper, cadence: str = "weekly", days: int = 0, **values: object) -> None:
    make_candidate(make_edition(cadence, DAY - timedelta(days=days), **values), paper)


def test_a_paper_in_no_edition_has_no_line() -> None:
    in_edition(make_paper())
    assert lines(make_paper()) == []


def test_editions_are_named_the_newest_first() -> None:
    paper = make_paper()
    in_edition(paper, "monthly", days=3)
    in_edition(paper, "daily", days=2)
    in_edition(paper, "weekly", days=1)
    assert lines(paper) == [
        "In the editions",
        "Weekly, 13 March 2025",
        "Daily, 12 March 2025",
        "Monthly, 11 March 2025",
    ]


def test_six_are_named_and_the_others_counted() -> None:
    paper = make_paper()
    for days in range(9):
        in_edition(paper, days=days)
    found = lines(paper)
    assert len(found) == 8
    assert found[-1] == "and 3 earlier"


def test_an_edition_that_nobody_could_read_is_left_out() -> None:
    paper = make_paper()
    in_edition(paper, days=1, state=Edition.State.OPEN)
    in_edition(paper, days=2, cancelled_at=NOON)
    assert lines(paper) == []
    in_edition(paper, days=3, paused_at=NOON)
    assert lines(paper) == ["In the editions", "Weekly, 11 March 2025"]


@pytest.mark.parametrize("number", [1, 3])
def test_it_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries, number: int) -> None:
    paper = make_paper()
    for days in range(number):
        in_edition(paper, days=days)
    with django_assert_num_queries(1):
        assert len(lines(paper)) == number + 1
