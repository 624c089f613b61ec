from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.values.secret_keys import read_fallbacks, weakness


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        ("one", ["one"]),
        ("one, two,", ["one", "two"]),
        ('["with,comma", "two"]', ["with,comma", "two"]),
        ("[]", []),
    ],
)
def test_former_keys_are_split_at_commas_or_read_as_json(text: str, keys: list[str]) -> None:
    assert read_fallbacks(text) == keys


@pytest.mark.parametrize("text", ["[hunter2", '["hunter2", 3]', '[""]', '["hunter2",]'])
def test_a_list_that_is_no_json_is_refused_without_its_keys(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS must be keys") as refusal:
        read_fallbacks(text)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("aB3,$" * 10, ""),
        ("short", "has 5 characters, fewer than 50"),
        ("aB3,$" * 9, "has 45 characters, fewer than 50"),
        ("abcd" * 20, "has fewer than 5 different characters"),
        (
            "django-insecure-" + "aB3,$" * 10,
            "is the one that startproject wrote, which is not secret",
        ),
    ],
)
def test_a_key_that_can_be_guessed_is_weak(key: str, reason: str) -> None:
    assert weakness(key) == reason
