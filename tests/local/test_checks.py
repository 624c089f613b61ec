from __future__ import annotations

import pytest
from pytest_django import Settings

from local.checks import check_mailbox


@pytest.mark.parametrize(("is_local", "folder"), [(True, "/var/mail"), (False, ""), (True, "")])
def test_a_mailbox_is_for_a_laptop(settings: Settings, is_local: bool, folder: str) -> None:
    settings.LOCAL, settings.MAILBOX_DIR = is_local, folder
    assert check_mailbox() == []


def test_a_mailbox_in_production_is_an_error(settings: Settings) -> None:
    settings.LOCAL, settings.MAILBOX_DIR = False, "/var/mail"
    [error] = check_mailbox()
    assert error.id == "trending.E009"
    assert "MAILBOX_DIR" in str(error.hint)
