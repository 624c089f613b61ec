"""The page about the site says what the code does: its numbers are those of the formula."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from newsletter.pages.about import Source, about_page
from papers.jobs.schedule import JobSpec, Slot
from papers.models import Curator, Signal
from papers.ranking.weights import VERSION, WEIGHTS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def test_the_weights_are_those_of_the_formula() -> None:
    page = about_page()
    assert {str(one.name).split()[0]: one.weight for one in page.signals} == {
        "votes": WEIGHTS.upvotes,
        "stars": WEIGHTS.stars,
        "comments": WEIGHTS.comments,
        "readers": WEIGHTS.votes,
        "models,": WEIGHTS.artefacts,
        "citations": WEIGHTS.citations,
    }
    assert page.version == VERSION


def test_another_formula_gives_another_page() -> None:
    other = replace(
        WEIGHTS,
        stars=1.5,
        citations=0.0,
        half_life={"day": 0.5, "week": 1.0, "month": 9.0},
        attention_half=2.0,
        weekend=0.5,
        burst=99.6,
        places_to_hold=3,
    )
    page = about_page(other)
    assert (str(page.signals[0].name), page.signals[0].weight) == (
        "stars that its code has gained since we first saw it",
        1.5,
    )
    assert len(page.signals) == 5
    assert page.half_lives == [
        "In the list of a day, a vote counts half after 0.5 days.",
        "In the list of a week, a vote counts half after 1 day.",
        "In the list of a month, a vote counts half after 9 days.",
    ]
    assert (page.half_attention_hours, page.weekend_percent) == (48, 50)
    assert (page.burst, page.places_to_hold) == (100, 3)


def test_nothing_counts_the_signal_that_the_page_leaves_out() -> None:
    """Else it would have to name them, and the page about privacy would be wrong."""
    written = re.compile(r"Kind\.CLICKS\b")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("papers", "newsletter", "subscribers", "web")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and written.search(path.read_text())
    }
    # Where a number that was read is used; nothing of these makes one.
    assert found <= {
        "papers/ranking/series.py",
        "papers/ranking/trend.py",
        "papers/ranking/measurements.py",
        "papers/pages/paper.py",  # the labels of all kinds
    }
    assert "papers/ranking/series.py" in found


def test_votes_that_do_not_count_are_not_named(settings: Settings) -> None:
    settings.OWN_VOTES_WEIGHT = 0
    page = about_page()
    assert len(page.signals) == 5
    assert page.version == f"{VERSION}/0"


def test_a_source_that_is_on_is_named_and_no_other(settings: Settings) -> None:
    settings.SOURCES = ["arxiv", "semantic_scholar"]
    assert [(source.name, source.is_hourly) for source in about_page().sources] == [
        ("arXiv", True),
        ("Semantic Scholar", False),
    ]
    settings.SOURCES = []
    assert about_page().sources == []


def test_a_source_that_the_page_does_not_know_says_what_its_jobs_do(settings: Settings) -> None:
    settings.SOURCES = ["new_place"]
    job = JobSpec("x", "new_place", Slot(5, hour=3), "summaries of papers", lambda _now: ())
    assert about_page(jobs=[job]).sources == [
        Source("new place", "summaries of papers", "", is_hourly=False)
    ]


def test_the_curators_stand_in_their_order() -> None:
    Curator.objects.create(name="Bo", position=2)
    Curator.objects.create(name="Ann", position=1)
    assert [curator.name for curator in about_page().curators] == ["Ann", "Bo"]


def test_the_page_follows_the_settings(settings: Settings) -> None:
    settings.EDITION_PATIENCE, settings.CODE_URL = 77, "https://git.example.org/"
    page = about_page()
    assert (page.patience_minutes, page.code_url) == (77, "https://git.example.org/")


def test_each_signal_is_named_or_left_out_on_purpose() -> None:
    named = {kind for kind in Signal.Kind if kind not in {"position", "clicks"}}
    assert len(about_page().signals) == len(named)
