"""The addresses of these tests: where mail is received, and from where it is sent."""

from __future__ import annotations

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _inbound(settings: Settings) -> None:
    settings.INBOUND_ADDRESS = "reply@in.example.org"
    settings.MAIL_FROM = "Trending Papers <digest@papers.example.org>"
    settings.MAIL_DOMAIN = "papers.example.org"
