"""What a term found last week: by the matcher of the digests, among the papers of the lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from subscribers.account import matches
from subscribers.account.matches import Found, WeekPaper, found_last_week
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LAST = date(2026, 11, 29)


def test_a_word_finds_its_spellings_in_titles_and_abstracts() -> None:
    title = make_paper("On finetuning", listed_on=LAST)
    abstract = make_paper(summary="We fine tune.\n\nFine-tuning helps.", listed_on="2026-11-28")
    make_paper("On something else", listed_on=LAST)
    assert found_last_week("keywords", "fine-tuning", NOW) == Found(
        2,
        (
            WeekPaper("On finetuning", title.get_absolute_url()),
            WeekPaper(abstract.title, abstract.get_absolute_url()),
        ),
    )


def test_an_author_is_found_by_every_printed_form() -> None:
    make_paper(authors=["Y. LeCun"], listed_on=LAST)
    make_paper(summary="Yann LeCun is thanked.", listed_on=LAST)
    assert found_last_week("authors", "LeCun, Yann", NOW).count == 1
    assert found_last_week("muted", "Yann LeCun", NOW).count == 1


def test_only_the_papers_of_seven_whole_days_count() -> None:
    for day in ("2026-11-22", "2026-11-23", "2026-11-29", "2026-11-30"):
        make_paper(f"Diffusion of {day}", listed_on=day)
    make_paper("Diffusion, withdrawn", listed_on=LAST, is_withdrawn=True)
    found = found_last_week("keywords", "diffusion", NOW)
    assert [one.title for one in found.papers] == [
        "Diffusion of 2026-11-29",
        "Diffusion of 2026-11-23",
    ]
    assert (found.count, found.others) == (2, 0)


def test_more_papers_than_are_named_are_counted() -> None:
    for _ in range(5):
        make_paper("Diffusion", listed_on=LAST)
    found = found_last_week("keywords", "diffusion", NOW)
    assert (found.count, len(found.papers), found.others) == (5, 2, 3)


def test_a_term_that_finds_nothing_says_so() -> None:
    make_paper(listed_on=LAST)
    assert found_last_week("keywords", "diffusion", NOW) == Found(0)
    assert found_last_week("keywords", "…", NOW) == Found(0)


def test_the_week_is_read_once_an_hour(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_paper("Diffusion", listed_on=LAST)
    with django_assert_num_queries(1):
        for term in ("diffusion", "agents", "diffusion"):
            found_last_week("keywords", term, NOW)
    make_paper("Diffusion, read late", listed_on=LAST)
    with django_assert_num_queries(1):
        assert found_last_week("keywords", "diffusion", NOW + timedelta(hours=1)).count == 2


def test_a_busy_week_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "MOST", 2)
    for _ in range(3):
        make_paper("Diffusion", listed_on=LAST)
    assert found_last_week("keywords", "diffusion", NOW).count == 2
