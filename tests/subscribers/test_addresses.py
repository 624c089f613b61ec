"""Each address has one spelling, and a hash that outlives it."""

from __future__ import annotations

import hashlib

import pytest
from django.conf import LazySettings

from subscribers.addresses import BadAddress, address_hash, normalised


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada+papers@example.org", "ada+papers@example.org"),
        ("ada@bücher.example.org", "ada@xn--bcher-kva.example.org"),
    ],
)
def test_an_address_has_one_spelling(typed: str, expected: str) -> None:
    assert normalised(typed) == expected
    assert normalised(expected) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@@example.org",
        "ada@example.org, bob@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\nBcc: bob@example.org",
        "ada@[192.0.2.1]",
        "ädä@example.org",
        "a" * 65 + "@example.org",
    ],
)
def test_an_address_that_no_mail_can_reach_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        normalised(typed)


def test_the_refusal_says_why() -> None:
    with pytest.raises(BadAddress, match="@-sign"):
        normalised("ada.example.org")


def test_the_address_hash_ignores_capitals_and_spaces() -> None:
    expected = hashlib.sha256(b"ada@example.org").hexdigest()
    assert address_hash("Ada@Example.org ") == address_hash("ada@example.org") == expected
    assert address_hash("ida@example.org") != expected


def test_the_address_hash_does_not_depend_on_the_secret_key(settings: LazySettings) -> None:
    before = address_hash("ada@example.org")
    settings.SECRET_KEY = "another"
    assert address_hash("ada@example.org") == before
