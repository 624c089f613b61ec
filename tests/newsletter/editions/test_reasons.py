"""Why a paper is in a digest: one line that says nothing twice."""

from __future__ import annotations

import pytest

from newsletter.editions.personalize import Pick
from newsletter.editions.reasons import skipped, why

NAMES = {"speech-audio": "Speech & audio"}
QUIET = {"upvotes_window_gain": 0, "since": "this week", "stars": None, "position": None}
SPEECH = Pick(1, topic="speech-audio")


def test_it_names_the_followed_topic_the_votes_and_the_stars_in_one_line() -> None:
    facts = {**QUIET, "upvotes_window_gain": 84, "stars": 1234}
    assert why(SPEECH, facts, NAMES) == "You follow Speech & audio · 84 votes this week · 1.2k ★"


def test_one_vote_is_one() -> None:
    facts = {**QUIET, "upvotes_window_gain": 1}
    assert why(SPEECH, facts, NAMES) == "You follow Speech & audio · 1 vote this week"


@pytest.mark.parametrize("above", [{"upvotes": 84}, {"upvotes": 300, "upvotes_gain": 84}])
def test_votes_that_the_line_above_says_are_not_said_again(above: dict[str, int]) -> None:
    facts = {**QUIET, "upvotes_window_gain": 84, **above}
    assert why(SPEECH, facts, NAMES) == "You follow Speech & audio"
    assert why(Pick(1), {**facts, "position": 3}, NAMES) == "number 3 of its list"


def test_a_paper_without_votes_shows_its_place_in_the_list() -> None:
    facts = {**QUIET, "position": 3}
    assert why(SPEECH, facts, NAMES) == "You follow Speech & audio · number 3 of its list"


def test_a_followed_word_comes_before_the_topic() -> None:
    pick = Pick(1, topic="speech-audio", keyword="codec")
    assert why(pick, QUIET, NAMES) == "Mentions “codec”, which you follow"


def test_a_followed_author_comes_before_a_followed_word() -> None:
    pick = Pick(1, keyword="codec", author="Ada Lovelace")
    assert why(pick, QUIET, NAMES) == "By Ada Lovelace, whom you follow"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("v", "Like “Visual Dialog”, which you saved"),
        ("m", "Like “Visual Dialog”, of which you want more"),
        ("u", "Like “Visual Dialog”, which you upvoted"),
        ("s", "Like “Visual Dialog”, which you named"),
        ("", "Like “Visual Dialog”, which you liked"),
        ("?", "Like “Visual Dialog”, which you liked"),
    ],
)
def test_a_paper_like_a_liked_one_names_it_and_how_it_was_liked(kind: str, words: str) -> None:
    pick = Pick(1, topic="speech-audio", like=7, liked_as=kind)
    assert why(pick, QUIET, NAMES, "Visual Dialog") == words


def test_a_liked_paper_without_a_title_is_not_named() -> None:
    pick = Pick(1, topic="speech-audio", like=7, liked_as="v")
    assert why(pick, QUIET, NAMES) == "You follow Speech & audio"


def test_a_long_liked_title_with_formulas_is_shortened_at_a_word() -> None:
    pick = Pick(1, like=7, liked_as="v")
    words = why(pick, QUIET, NAMES, r"On $\alpha$-divergences " + "and further measures " * 9)
    assert words.startswith("Like “On α-divergences and further")
    assert words.endswith("…”, which you saved")
    assert len(words) < 100


def test_a_paper_from_outside_of_the_profile_says_so() -> None:
    pick = Pick(1, topic="speech-audio", explored=True)
    facts = {**QUIET, "upvotes_window_gain": 84}
    assert why(pick, facts, NAMES) == "Outside of what you usually like · 84 votes this week"


def test_a_late_paper_names_the_day_of_its_list() -> None:
    facts = {**QUIET, "stars": 12, "late": "17 November"}
    expected = "You follow Speech & audio · late, from the list of 17 November · 12 ★"
    assert why(SPEECH, facts, NAMES) == expected


def test_a_paper_of_which_nothing_is_left_to_say_has_no_reason() -> None:
    assert why(Pick(1), QUIET, NAMES) == ""


def test_stars_alone_are_a_sentence() -> None:
    assert why(Pick(1), {**QUIET, "stars": 1}, NAMES) == "Its code has 1 star"
    assert why(Pick(1), {**QUIET, "stars": 1960}, NAMES) == "Its code has 1.9k stars"
    late = {**QUIET, "stars": 196, "late": "17 November"}
    assert why(Pick(1), late, NAMES) == "late, from the list of 17 November · 196 ★"


@pytest.mark.parametrize(
    ("found", "follows_all", "text"),
    [
        (0, False, "no new papers in your topics"),
        (1, False, "only 1 new paper in your topics"),
        (1, True, "only 1 new paper in this edition"),
        (3, False, "only 3 new papers in your topics"),
    ],
)
def test_a_skip_reason_counts_the_new_papers(found: int, follows_all: bool, text: str) -> None:
    assert skipped(found, follows_all) == text
