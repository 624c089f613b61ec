from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from newsletter.editions.tokens import BadToken, current_key_id, make_token, read_token


@given(st.integers(0, 2**63 - 1))
def test_a_token_is_read_as_its_delivery(number: int) -> None:
    assert read_token(make_token(number)) == number


def test_a_token_needs_no_quoting_in_a_url() -> None:
    for number in range(200):
        assert quote(make_token(number), safe="") == make_token(number)


@pytest.mark.parametrize(
    "broken", ["", "x", "not a token", "ü" * 28, make_token(7)[:-1], make_token(7) + "A"]
)
def test_a_broken_token_is_refused(broken: str) -> None:
    with pytest.raises(BadToken):
        read_token(broken)


def test_a_token_with_one_changed_character_is_refused() -> None:
    token = make_token(7)
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(BadToken):
            read_token(changed)


def test_a_token_stays_valid_after_a_key_rotation(settings: Settings) -> None:
    token = make_token(7)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert read_token(token) == 7


def test_a_token_of_a_removed_key_is_refused(settings: Settings) -> None:
    token = make_token(7)
    settings.SECRET_KEY = "another"
    with pytest.raises(BadToken):
        read_token(token)


def test_the_key_id_selects_the_key_of_a_token(settings: Settings) -> None:
    token, key_id = make_token(7), current_key_id()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert make_token(7) != token
    assert make_token(7, key_id) == token


def test_no_token_is_made_with_an_unknown_key() -> None:
    with pytest.raises(LookupError):
        make_token(7, "00000000")
