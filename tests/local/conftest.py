"""Settings with which the sample may be loaded, and the sample, loaded once for many tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from local.sample.load import load

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def laptop(settings: Settings, tmp_path: Path) -> Settings:
    """As `make run` sets things up: embedded servers, mail to the SMTP catcher only."""
    for name, value in _laptop(tmp_path).items():
        setattr(settings, name, value)
    return settings


@pytest.fixture(scope="module")
def sample(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The sample, loaded at NOW once for a module; changes of its tests are rolled back."""
    place = _laptop(tmp_path_factory.mktemp("laptop"))
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(**place):
            load(NOW)
        yield
        transaction.set_rollback(True)


def _laptop(folder: Path) -> dict[str, Any]:
    return {
        "EMBEDDED": True,
        "MAIL_PROVIDER": "smtp",
        "EMAIL_HOST": "127.0.0.1",
        "MAILBOX_DIR": str(folder / "mail"),
    }
