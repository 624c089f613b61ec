import pytest

from newsletter.editions.personalize import Pick
from newsletter.editions.reasons import skipped, why

NAMES = {"speech-audio": "Speech & audio"}
QUIET = {"upvotes_window_gain": 0, "since": "since Friday", "stars": None, "position": None}


def test_it_says_topic_gain_and_stars_in_one_line() -> None:
    facts = {**QUIET, "upvotes_window_gain": 84, "stars": 1234}
    assert why(Pick(1, topic="speech-audio"), facts, NAMES) == (
        "Speech & audio · ▲ 84 since Friday · 1.2k ★"
    )


def test_a_paper_without_votes_says_where_it_stood() -> None:
    facts = {**QUIET, "position": 3}
    assert (
        why(Pick(1, topic="speech-audio"), facts, NAMES) == "Speech & audio · number 3 of its list"
    )


def test_followed_words_lead() -> None:
    assert why(Pick(1, topic="speech-audio", keyword="codec"), QUIET, NAMES) == "Mentions “codec”"


def test_a_followed_author_leads() -> None:
    pick = Pick(1, keyword="codec", author="Ada Lovelace")
    assert why(pick, QUIET, NAMES) == "By Ada Lovelace, whom you follow"


def test_a_paper_without_anything_still_has_a_reason() -> None:
    assert why(Pick(1), QUIET, NAMES) == "Trending now"


@pytest.mark.parametrize(
    ("found", "follows_all", "said"),
    [
        (0, False, "no new papers in your topics"),
        (1, False, "only 1 new paper in your topics"),
        (1, True, "only 1 new paper in this edition"),
        (3, False, "only 3 new papers in your topics"),
    ],
)
def test_a_skipped_reader_is_told_what_was_found(found: int, follows_all: bool, said: str) -> None:
    assert skipped(found, follows_all) == said
