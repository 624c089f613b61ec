"""Message-IDs of digests: made from a delivery, and read back."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from newsletter.editions.rendering.message_ids import message_id, read_message_id


def test_it_names_the_delivery_and_the_mail_domain(settings: Settings) -> None:
    settings.MAIL_DOMAIN = "papers.test"
    assert message_id(7, "0123abcd").startswith("<digest.7.")
    assert message_id(7, "0123abcd").endswith("@papers.test>")


def test_it_is_the_same_for_the_same_delivery_and_proof_only() -> None:
    assert message_id(7, "0123abcd") == message_id(7, "0123abcd")
    assert message_id(7, "0123abcd") != message_id(7, "4567abcd")
    assert message_id(7, "0123abcd") != message_id(8, "0123abcd")


@pytest.mark.parametrize(
    ("text", "delivery_id"),
    [
        (message_id(7, "0123abcd"), 7),
        (message_id(7, "0123abcd").strip("<>"), 7),
        ("<digest.seven.0123@papers.test>", None),
        ("<digest.1234567890123456789.0123@papers.test>", None),
        ("<someone.else@example.com>", None),
        ("", None),
    ],
)
def test_a_message_id_of_our_form_names_its_delivery(text: str, delivery_id: int | None) -> None:
    assert read_message_id(text) == delivery_id
