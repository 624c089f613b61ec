"""The checks of how mail arrives and where it returns to."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mail.receiving.checks import check_receiving


@pytest.fixture(autouse=True)
def _settings(settings: Settings) -> None:
    settings.INBOUND_ADDRESS, settings.INBOUND_DONE_FOLDER = "reply@in.example.org", ""
    settings.INBOUND_IMAP_URL = "imaps://reply:secret@imap.example.org/INBOX"
    settings.MAIL_PROVIDER = settings.INBOUND_PROVIDER = "smtp"
    settings.RETURN_PATH = "verp"


def ids() -> list[str]:
    found = check_receiving()
    assert all(one.hint for one in found)
    assert "secret" not in "".join(f"{one.msg}{one.hint}" for one in found)
    return [str(one.id).removeprefix("trending.") for one in found]


def test_a_mailbox_with_its_address_is_good() -> None:
    assert ids() == []


def test_nothing_at_all_is_good(settings: Settings) -> None:
    settings.INBOUND_ADDRESS = settings.INBOUND_IMAP_URL = ""
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("INBOUND_IMAP_URL", "imaps://reply:sec@ret@imap.example.org/", ["E102"]),
        ("INBOUND_IMAP_URL", "imap.example.org", ["E102"]),
        ("INBOUND_DONE_FOLDER", "inbox", ["E103"]),
        ("INBOUND_DONE_FOLDER", "Processed", []),
        ("RETURN_PATH", "plain", []),
        ("RETURN_PATH", "from", []),
        ("RETURN_PATH", "VERP", ["E104"]),
        ("RETURN_PATH", "", ["E104"]),
        ("INBOUND_PROVIDER", "mailgun", []),
        ("INBOUND_PROVIDER", "postman", ["E104"]),
        ("INBOUND_ADDRESS", "", ["W074"]),
        ("MAIL_PROVIDER", "postmark", ["W074"]),
        ("MAIL_PROVIDER", "sparkpost", []),
    ],
)
def test_each_fault_has_its_id(
    settings: Settings, name: str, value: str, expected: list[str]
) -> None:
    setattr(settings, name, value)
    assert ids() == expected
