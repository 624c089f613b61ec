"""The subject of a digest, and its preheader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from newsletter.editions.rendering.inbox_line import (
    LONGEST_SUBJECT,
    distinct_heading,
    heading,
    pattern_error,
    preheader,
    room_for_title,
    subject,
    subject_pattern,
)

LONG = "Scaling the Grain of Sand Models for Better Beaches and Castles"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Sand", "Sand"),
        ("  Sand \n on  shelves ", "Sand on shelves"),
        ("SandFormer: A Very Long Explanation of Grains of Sand", "SandFormer"),
        ("SandFormer - A Very Long Explanation of Grains of Sand", "SandFormer"),
        ("SandFormer — A Very Long Explanation of Grains of Sand", "SandFormer"),
        (LONG, "Scaling the Grain of Sand Models for Better..."),
        ("Do Some Castles of Sand Survive the Tides", "Do Some Castles of Sand Survive..."),
        ("12:30 is the best time to build castles of", "12:30 is the best time to build..."),
    ],
)  # fmt: skip
def test_a_title_is_shortened_to_whole_words(title: str, found: str) -> None:
    room = 46 if title == LONG else 34
    assert heading(title, room) == found


def test_a_title_without_blanks_is_cut_within() -> None:
    found = heading("沙" * 80, 40)
    assert found == "沙" * 37 + "..."


@given(st.text(min_size=1, max_size=300), st.integers(min_value=10, max_value=59))
def test_no_heading_is_longer_than_its_room(title: str, room: int) -> None:
    assert len(heading(title, room)) <= room


def test_a_heading_that_was_in_an_earlier_edition_ends_with_its_day() -> None:
    taken = {"Sand", "Scaling the Grain of Sand..."}
    assert distinct_heading("Water", taken, "2026-11-29", 46) == "Water"
    assert distinct_heading("Sand", taken, "2026-11-29", 46) == "Sand (2026-11-29)"
    found = distinct_heading(LONG, taken, "2026-11-29", 31)
    assert found == "Scaling... (2026-11-29)"


@pytest.mark.parametrize(
    ("title", "others", "language", "found"),
    [
        ("Sand", 0, "en", "Sand"),
        ("Sand", 1, "en", "Sand, and 1 more paper"),
        ("Sand", 9, "en", "Sand, and 9 more papers"),
        (LONG, 0, "en", "Scaling the Grain of Sand Models for Better Beaches..."),
        (LONG, 9, "en", "Scaling the Grain of Sand Models for Better..., and 9 more"),
    ],
)
def test_a_subject_is_the_first_title_and_the_number_of_others(
    title: str, others: int, language: str, found: str
) -> None:
    assert subject(title, others, "", language) == found


@given(st.text(min_size=1, max_size=300), st.integers(min_value=0, max_value=99))
def test_no_subject_is_longer_than_sixty_letters(title: str, others: int) -> None:
    for pattern in ("", "{days}: {title} (+{others})"):
        found = subject(title, others, "23–29 November 2026", "de", pattern)
        assert len(found) <= LONGEST_SUBJECT


def test_a_pattern_is_filled() -> None:
    found = subject("Sand", 9, "29 November", "en", "{title} and {others} of {count}: {days}")
    assert found == "Sand and 9 of 10: 29 November"
    assert subject("{days}", 1, "x", "en", "{title}!") == "{days}!"


def test_the_preheader_goes_on_where_the_subject_ends() -> None:
    titles = ["Sand", "Water", "Wind", "Fire"]
    assert preheader(titles, "Why") == "Water · Wind"
    assert preheader(titles, "Why", "{days}") == "Sand · Water"
    assert preheader(["Sand"], "Why") == "Why"


@pytest.mark.parametrize(
    ("pattern", "error"),
    [
        ("{title}", ""),
        ("Papers of {days}", ""),
        ("{title}, and {others} more", ""),
        ("Papers", "has neither"),
        ("{count} papers", "has neither"),
        ("{title} {name}", "has {name}"),
        ("{title} {}", "has {}"),
        ("The trending papers of {days}: {title}", "leaves fewer than 20"),
        ("The papers which people read, vote for and build on, {days}", "makes a subject of more"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern: str, error: str) -> None:
    found = pattern_error(pattern)
    assert found.startswith(error) if error else not found


def test_a_pattern_that_cannot_be_used_is_not(settings: Settings) -> None:
    settings.SUBJECT_PATTERN = "Papers"
    assert subject_pattern() == ""
    settings.SUBJECT_PATTERN = "{title}!"
    assert subject_pattern() == "{title}!"


def test_the_common_subject_leaves_room_for_a_title() -> None:
    assert room_for_title("") >= 40
