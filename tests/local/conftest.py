"""A place where the sample may be loaded, and what every table holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def laptop(settings: Settings, tmp_path: Path) -> Settings:
    """As `make run` sets things up: embedded servers, mail to the local catcher only."""
    settings.EMBEDDED = True
    settings.MAIL_PROVIDER = "smtp"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.MAILBOX_DIR = str(tmp_path / "mail")
    return settings
