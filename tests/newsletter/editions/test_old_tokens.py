"""The tokens of the first renderer: their form never changes, for mails of that time hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from newsletter.editions.keys import current_key_id
from newsletter.editions.old_tokens import make_old_token, make_old_tokens, read_old_token
from newsletter.editions.rendering.message_ids import message_id
from newsletter.editions.tokens import BadToken


@given(st.integers(0, 2**63 - 1))
def test_a_token_is_read_as_its_delivery(number: int) -> None:
    assert read_old_token(make_old_token(number)) == number


def test_the_token_and_message_id_of_a_delivery_are_what_they_were(settings: Settings) -> None:
    settings.SECRET_KEY, settings.MAIL_DOMAIN = "the key of that time", "papers.test"
    tokens = make_old_tokens(7, "")
    assert tokens[:4] == (*("AAAAAAAAAAfSHFTKeQJR2J20AgAJ",) * 3, "")
    assert message_id(7, tokens.message) == "<digest.7.f61680bf637e5734@papers.test>"


@pytest.mark.parametrize(
    "broken", ["", "x", "not a token", "ü" * 28, make_old_token(7)[:-1], make_old_token(7) + "A"]
)
def test_a_broken_token_is_refused(broken: str) -> None:
    with pytest.raises(BadToken):
        read_old_token(broken)


def test_the_key_id_selects_the_key_of_a_token(settings: Settings) -> None:
    token, key_id = make_old_token(7), current_key_id()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert make_old_token(7) != token
    assert make_old_token(7, key_id) == token
    assert read_old_token(token) == 7
