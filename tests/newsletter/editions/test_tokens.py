"""Tokens: one for each purpose, and none that another reader, mail or purpose could have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from newsletter.editions.keys import current_key_id
from newsletter.editions.tokens import BadToken, Purpose, Tokens, make_tokens, parse

SECRET = UUID("5ec2e7a0-4d6b-4b0e-9d1c-0f0e0d0c0b0a")
MOMENT = datetime(2025, 3, 15, 8, 0, 0, 123456, tzinfo=UTC)
# Of this mail, as the version without feedback made them.
BEFORE_FEEDBACK = (
    "AAAAAAAHAAAAAAPxFcJA9iBexjky9Itn9885",
    "AAAAAAAHAAAAAAPxFcJArQQV-BRal6D4kR_I",
    "AAAAAAAHAAAAAAPxFcJAXfhb4CmKC8UE3nMi",
    "a135f8f5b33828de63d0",
)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


def tokens(**changes: Any) -> Tokens:
    values: dict[str, Any] = {"delivery_id": 7, "subscriber_id": 3, "secret": SECRET}
    return make_tokens(**{**values, "dated_at": MOMENT, **changes})


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**40 - 1), st.uuids())
def test_a_token_names_its_delivery_and_subscriber(delivery: int, reader: int, key: UUID) -> None:
    made = tokens(delivery_id=delivery, subscriber_id=reader, secret=key)
    for purpose, token in zip(PURPOSES, made[:4], strict=True):
        said = parse(token)
        assert (said.delivery_id, said.subscriber_id) == (delivery, reader)
        assert said.proves(purpose, key)
        assert said.is_dated(MOMENT)


def test_a_secret_as_text_gives_the_same_tokens() -> None:
    assert tokens(secret=str(SECRET)) == tokens()


def test_a_token_proves_its_own_purpose_only() -> None:
    proved = [
        [purpose for purpose in PURPOSES if parse(token).proves(purpose, SECRET)]
        for token in tokens()[:4]
    ]
    assert proved == [["read"], ["unsubscribe"], ["preferences"], ["feedback"]]


@pytest.mark.parametrize(
    "change",
    [
        {"secret": UUID(int=1)},
        {"delivery_id": 8},
        {"subscriber_id": 4},
        {"dated_at": MOMENT + timedelta(microseconds=1)},
    ],
    ids=str,
)
def test_another_mail_or_reader_has_no_token_in_common(change: dict[str, Any]) -> None:
    assert not set(tokens()) & set(tokens(**change))
    assert not parse(tokens(**change).unsubscribe[:20] + tokens().unsubscribe[20:]).proves(
        "unsubscribe", change.get("secret", SECRET)
    )


def test_a_token_of_another_date_is_recognised() -> None:
    assert not parse(tokens().read).is_dated(MOMENT + timedelta(microseconds=1))


def test_a_token_has_36_characters_that_need_no_quoting_in_a_url() -> None:
    for number in range(200):
        for token in tokens(delivery_id=number)[:4]:
            assert (len(token), quote(token, safe="")) == (36, token)


def test_the_part_of_a_message_id_reveals_no_proof() -> None:
    made = tokens()
    assert len(made.message) == 20
    assert not [t for t in made[:4] if made.message in parse(t).proof.hex()]


@pytest.mark.parametrize(
    "broken", ["", "x", "ü" * 36, "A" * 35, "A" * 37, "A" * 35 + "=", "A" * 28]
)
def test_what_has_no_form_of_a_token_is_refused(broken: str) -> None:
    with pytest.raises(BadToken):
        parse(broken)


def test_a_token_with_one_changed_character_proves_nothing() -> None:
    token = tokens().unsubscribe
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert not parse(changed).proves("unsubscribe", SECRET)
    assert parse(token).proves("unsubscribe", SECRET)


def test_a_token_stays_valid_after_a_key_rotation(settings: Settings) -> None:
    made, key_id = tokens(), current_key_id()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert parse(made.read).proves("read", SECRET)
    assert tokens() != made
    assert tokens(key_id=key_id) == made


def test_a_token_of_a_removed_key_proves_nothing(settings: Settings) -> None:
    said = parse(tokens().read)
    settings.SECRET_KEY = "another"
    assert not said.proves("read", SECRET)
    with pytest.raises(LookupError):
        tokens(key_id="00000000")


def test_the_tokens_of_a_mail_stay_what_they_were_before_there_was_feedback(
    settings: Settings,
) -> None:
    settings.SECRET_KEY = "the key of that time"
    made = tokens()
    assert (*made[:3], made.message) == BEFORE_FEEDBACK
