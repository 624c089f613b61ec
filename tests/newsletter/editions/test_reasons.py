import pytest

from newsletter.editions.personalize import Pick
from newsletter.editions.reasons import skipped, why

NAMES = {"speech-audio": "Speech & audio"}
QUIET = {"upvotes_window_gain": 0, "since": "since Friday", "stars": None, "position": None}


def test_it_names_topic_gain_and_stars_in_one_line() -> None:
    facts = {**QUIET, "upvotes_window_gain": 84, "stars": 1234}
    assert why(Pick(1, topic="speech-audio"), facts, NAMES) == (
        "Speech & audio · ▲ 84 since Friday · 1.2k ★"
    )


def test_a_paper_without_votes_shows_its_place_in_the_list() -> None:
    facts = {**QUIET, "position": 3}
    assert (
        why(Pick(1, topic="speech-audio"), facts, NAMES) == "Speech & audio · number 3 of its list"
    )


def test_a_followed_word_comes_before_the_topic() -> None:
    assert why(Pick(1, topic="speech-audio", keyword="codec"), QUIET, NAMES) == "Mentions “codec”"


def test_a_followed_author_comes_before_a_followed_word() -> None:
    pick = Pick(1, keyword="codec", author="Ada Lovelace")
    assert why(pick, QUIET, NAMES) == "By Ada Lovelace, whom you follow"


def test_a_late_paper_names_the_day_of_its_list() -> None:
    facts = {**QUIET, "stars": 12, "late": "17 November"}
    assert why(Pick(1, topic="speech-audio"), facts, NAMES) == (
        "Speech & audio · late, from the list of 17 November · 12 ★"
    )


def test_a_paper_without_any_figure_has_a_reason_too() -> None:
    assert why(Pick(1), QUIET, NAMES) == "Trending now"


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
