"""One spelling for each address."""

from __future__ import annotations

import pytest

from subscribers.addresses import BadAddress, normalised


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
def test_what_no_mail_can_reach_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        normalised(typed)


def test_the_refusal_says_why() -> None:
    with pytest.raises(BadAddress, match="@-sign"):
        normalised("ada.example.org")
