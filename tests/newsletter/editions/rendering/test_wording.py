"""The sentences that a digest adds to what its edition holds."""

from __future__ import annotations

import pytest

from newsletter.editions.rendering.wording import more_papers, subject_of, why_label


@pytest.mark.parametrize(
    ("titles", "subject"),
    [
        (["One"], "One"),
        (["One", "Two"], "One, and 1 more trending paper"),
        (["One", "Two", "Three"], "One, and 2 more trending papers"),
        (["word " * 40, "Two"], "word " * 11 + "..., and 1 more trending paper"),
        (["100 %(s)s", "Two"], "100 %(s)s, and 1 more trending paper"),
    ],
)
def test_the_subject_is_the_first_title_and_a_count(titles: list[str], subject: str) -> None:
    assert subject_of(titles, "en") == subject


@pytest.mark.parametrize(
    ("count", "subject"),
    [
        (1, "One"),
        (2, "One, dazu 1 weitere viel beachtete Arbeit"),
        (10, "One, dazu 9 weitere viel beachtete Arbeiten"),
    ],
)
def test_the_german_subject_counts_in_german(count: int, subject: str) -> None:
    assert subject_of(["One", *["Two"] * (count - 1)], "de") == subject


@pytest.mark.parametrize(
    ("count", "language", "sentence"),
    [
        (1, "en", "One more paper is in the browser, where this digest is whole."),
        (3, "en", "3 more papers are in the browser, where this digest is whole."),
        (1, "de", "Eine weitere Arbeit steht im Browser: Dort ist dieser Überblick vollständig."),
        (3, "de", "3 weitere Arbeiten stehen im Browser: Dort ist dieser Überblick vollständig."),
    ],
)
def test_papers_that_did_not_fit_are_counted(count: int, language: str, sentence: str) -> None:
    assert more_papers(count, language) == sentence


def test_a_reason_has_a_label_in_each_language() -> None:
    assert (why_label("en"), why_label("de")) == ("Why:", "Warum:")
