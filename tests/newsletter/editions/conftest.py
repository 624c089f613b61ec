"""The site of the digests that these tests render."""

from __future__ import annotations

import pytest
from pytest_django import Settings


@pytest.fixture
def site(settings: Settings) -> None:
    settings.SITE_URL = "https://papers.test"
    settings.MAIL_DOMAIN = "papers.test"
