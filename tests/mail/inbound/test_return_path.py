"""The address to which a mail returns, by the settings."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mail.inbound.return_path import CHOICES, return_path

INBOUND = "reply@in.papers.test"
TOKEN = "zz-0123456789abcdef"


@pytest.fixture(autouse=True)
def _inbound(settings: Settings) -> None:
    settings.INBOUND_ADDRESS, settings.RETURN_PATH = INBOUND, "verp"


@pytest.mark.parametrize(
    ("choice", "of_a_digest", "of_a_single_mail"),
    [
        ("verp", f"reply+b-{TOKEN}@in.papers.test", INBOUND),
        ("plain", INBOUND, INBOUND),
        ("from", "", ""),
    ],
)  # fmt: skip
def test_each_choice_gives_its_address(
    settings: Settings, choice: str, of_a_digest: str, of_a_single_mail: str
) -> None:
    settings.RETURN_PATH = choice
    assert choice in CHOICES
    assert (return_path(TOKEN), return_path()) == (of_a_digest, of_a_single_mail)


@pytest.mark.parametrize("choice", CHOICES)
def test_without_a_mailbox_nothing_returns_to_it(settings: Settings, choice: str) -> None:
    settings.INBOUND_ADDRESS, settings.RETURN_PATH = "", choice
    assert (return_path(TOKEN), return_path()) == ("", "")


def test_another_mailbox_is_seen_at_once(settings: Settings) -> None:
    assert return_path(TOKEN).startswith("reply+b-")
    settings.INBOUND_ADDRESS = "papers@in.papers.test"
    assert return_path(TOKEN) == f"papers+b-{TOKEN}@in.papers.test"
