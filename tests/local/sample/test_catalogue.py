from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from local.sample.catalogue import papers, readers
from papers.models import Paper, Topic
from papers.windows import DAYS, closes_at, last_closed_day

TODAY = date(2026, 11, 23)


def runs_of_words(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def test_it_has_fifty_different_papers() -> None:
    assert [paper.position for paper in papers()] == list(range(1, 51))
    for name in ("title", "arxiv_id", "summary"):
        assert len({getattr(paper, name) for paper in papers()}) == 50


def test_every_paper_has_authors_categories_and_a_valid_arxiv_id() -> None:
    validate_arxiv_id = Paper._meta.get_field("arxiv_id").run_validators
    for paper in papers():
        assert paper.authors
        assert all(re.fullmatch(r"[a-z]+\.[A-Z]{2}", category) for category in paper.categories)
        assert paper.categories
        validate_arxiv_id(paper.arxiv_id)


def test_every_summary_is_one_to_three_plain_sentences() -> None:
    for paper in papers():
        assert 12 <= len(paper.summary.split()) <= 60, paper.title
        assert paper.summary.endswith("."), paper.title
        assert not re.search(r"[$\\{}\n]|  |https?:", paper.summary), paper.title


@pytest.mark.shared
def test_no_summary_shares_eight_words_in_a_row_with_an_abstract(shared: Path) -> None:
    abstracts = runs_of_words((shared / "data" / "seed_page.txt").read_text(), 8)
    for paper in papers():
        assert not runs_of_words(paper.summary, 8) & abstracts, paper.title


@pytest.mark.shared
def test_titles_ids_authors_and_code_are_the_known_facts(shared: Path) -> None:
    known = json.loads((shared / "data" / "seed_papers.json").read_text())
    assert len(known) == len(papers())
    for paper, fact in zip(papers(), known, strict=True):
        first_authors = tuple(fact["first_authors"] or ())
        assert (paper.title, paper.arxiv_id) == (fact["title"], fact["arxiv_id"])
        assert paper.authors[: len(first_authors)] == first_authors
        assert fact["primary_category"] in (None, paper.categories[0])
        assert fact["code_repository"] in (None, paper.code_url)


@pytest.mark.shared
def test_every_other_link_stands_in_the_paper_itself(shared: Path) -> None:
    page = (shared / "data" / "seed_page.txt").read_text()
    known = json.loads((shared / "data" / "seed_papers.json").read_text())
    repositories = {fact["code_repository"] for fact in known}
    for paper in papers():
        for link in {paper.code_url, paper.project_url} - repositories - {""}:
            assert link in page, paper.title


def test_every_day_of_the_last_eight_has_at_least_six_papers() -> None:
    listed = Counter(paper.listed_on(TODAY) for paper in papers())
    assert set(listed) == {TODAY - timedelta(days=ago) for ago in range(8)}
    assert min(listed.values()) >= 6


@pytest.mark.parametrize(("window", "at_least"), [("day", 6), ("week", 42), ("month", 42)])
def test_yesterdays_closed_editions_have_papers(window: str, at_least: int) -> None:
    day = last_closed_day(datetime(2026, 11, 23, 0, 5, tzinfo=UTC))
    first = day - timedelta(days=DAYS[window] - 1)  # type: ignore[index]
    inside = [paper for paper in papers() if first <= paper.listed_on(TODAY) <= day]
    assert len(inside) >= at_least
    assert closes_at(day) == datetime(2026, 11, 23, tzinfo=UTC)


def test_readers_are_at_example_com_in_existing_time_zones() -> None:
    emails = [reader.email for reader in readers()]
    assert len(set(emails)) == len(emails) >= 6
    assert all(email.endswith("@example.com") for email in emails)
    zones = {reader.preferences.timezone for reader in readers()}
    assert zones <= available_timezones()
    assert len(zones) == len(emails)


def test_readers_show_every_cadence_and_most_are_weekly() -> None:
    cadences = Counter(reader.preferences.cadence for reader in readers())
    assert set(cadences) == {"daily", "weekly", "monthly"}
    assert cadences["weekly"] * 2 > len(readers())


def test_readers_have_different_interests() -> None:
    weekly = [
        reader.preferences.topics for reader in readers() if reader.preferences.cadence == "weekly"
    ]
    assert len(set(weekly)) == len(weekly)
    assert frozenset() in weekly


@pytest.mark.django_db
def test_readers_follow_existing_topics() -> None:
    followed = {slug for reader in readers() for slug in reader.preferences.topics}
    assert followed <= set(Topic.objects.values_list("slug", flat=True))
