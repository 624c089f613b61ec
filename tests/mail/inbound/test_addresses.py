"""The addresses at which mail is received."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mail.inbound.addresses import (
    InboundAddress,
    bounce_address,
    is_set,
    parse_address,
    unsubscribe_address,
)


@pytest.fixture(autouse=True)
def _address(settings: Settings) -> None:
    settings.INBOUND_ADDRESS = "reply@in.example.org"


def test_each_kind_has_an_address_under_the_mailbox() -> None:
    assert bounce_address("12-ab") == "reply+b-12-ab@in.example.org"
    assert unsubscribe_address("Ab_3") == "reply+u-Ab_3@in.example.org"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("reply@in.example.org", InboundAddress("reply")),
        ("<reply+b-12-ab@in.example.org>", InboundAddress("bounce", "12-ab")),
        ("Reply+B-12-ab@IN.EXAMPLE.ORG", InboundAddress("bounce", "12-ab")),
        ("reply+u-Ab_3@in.example.org", InboundAddress("unsubscribe", "Ab_3")),
        ("reply+news@in.example.org", InboundAddress("reply")),
        ("reply+u-@in.example.org", InboundAddress("reply")),
        ("reply+u-a b@in.example.org", InboundAddress("reply")),
        ("reply%2Bu-Ab_3@in.example.org", InboundAddress("unsubscribe", "Ab_3")),
        ("reply%2bu-Ab%5f3%40in.example.org", InboundAddress("unsubscribe", "Ab_3")),
        ("reply%2", None),
        ("%" * 10_000, None),
        ("reply@example.org", None),
        ("replying@in.example.org", None),
        ("", None),
        ("@", None),
    ],
)
def test_an_address_says_what_it_is_for(address: str, found: InboundAddress | None) -> None:
    assert parse_address(address) == found


def test_without_the_setting_nothing_is_received(settings: Settings) -> None:
    settings.INBOUND_ADDRESS = ""
    assert not is_set()
    assert bounce_address("1") == unsubscribe_address("1") == ""
    assert parse_address("reply@in.example.org") is None
    assert parse_address("@") is None
