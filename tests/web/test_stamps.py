from __future__ import annotations

import pytest
from pytest_django import Settings

from web.stamps import age, stamp, without_stamps


def test_a_stamp_says_how_long_ago_the_form_was_served() -> None:
    assert age(stamp(1000.9), 1007.5) == 7.5


@pytest.mark.parametrize(
    "text", ["", "served.1000", "served.1000.forged", "x" * 10_000, "\0", "é.é"]
)
def test_a_stamp_that_is_not_ours_says_nothing(text: str) -> None:
    assert age(text, 1007) is None


def test_a_changed_time_is_noticed() -> None:
    assert age(stamp(1000).replace("1000", "0001"), 1007) is None


def test_a_stamp_outlives_a_change_of_the_secret(settings: Settings) -> None:
    before = stamp(1000)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert age(before, 1001) == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert age(before, 1001) is None


def test_pages_are_compared_without_stamps() -> None:
    first, second = (f"<input value='{stamp(time)}'> a served.dish" for time in (1, 2))
    assert first != second
    assert without_stamps(first.encode()) == without_stamps(second.encode())
    assert without_stamps(b"a served.dish") == b"a served.dish"
