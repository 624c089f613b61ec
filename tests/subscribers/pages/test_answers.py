"""How the pages of a subscription answer."""

from __future__ import annotations

from subscribers.pages.answers import see_other


def test_the_page_is_shown_again_by_get_with_its_query() -> None:
    answer = see_other("subscribers:preferences", "abc", "?saved")
    assert (answer.status_code, answer["Location"]) == (303, "/preferences/abc/?saved")
