"""What a refusal can be about, and what an operator can do."""

from __future__ import annotations

import pytest

from mail.refusals.meanings import (
    ACCOUNT,
    LISTED,
    LOGIN,
    MESSAGE,
    NAME,
    PROOF,
    RATE,
    RELAY,
    REVERSE,
    SENDER,
    SPAM,
    TLS,
    Meaning,
)


@pytest.mark.parametrize(
    "meaning", [LOGIN, TLS, RELAY, NAME, PROOF, REVERSE, LISTED, SENDER, RATE, ACCOUNT]
)
def test_what_is_about_us_says_what_to_do(meaning: Meaning) -> None:
    assert meaning.subject == "us"
    assert meaning.advice.endswith(tuple("abcdefghijklmnopqrstuvwxyz_MORHPADLES"))


def test_spam_is_about_the_message_and_no_size() -> None:
    assert (SPAM.subject, MESSAGE.subject) == ("message", "message")
    assert SPAM != MESSAGE
