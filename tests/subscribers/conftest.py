"""Fixtures of the tests about pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from subscribers.account import matches
from web.rate_limit import limiter


@pytest.fixture
def visitor(settings: LazySettings) -> Iterator[Client]:
    """A browser without JavaScript and without cookies, from a network with no practical limit.

    It checks CSRF tokens as the server does: the pages must work without one.
    """
    settings.SIGN_UP_RATE = "1000/hour"
    yield Client(enforce_csrf_checks=True)
    limiter().storage.reset()


@pytest.fixture
def unreachable_redis(settings: LazySettings) -> Iterator[None]:
    """No Redis for what the web processes count."""
    working, settings.RATE_LIMIT_STORAGE = settings.RATE_LIMIT_STORAGE, "redis://127.0.0.1:1/0"
    limiter.cache_clear()
    yield
    settings.RATE_LIMIT_STORAGE = working
    limiter.cache_clear()


@pytest.fixture(autouse=True)
def _forget_the_week() -> None:
    """The papers of the last week are kept in the process, and each test has its own."""
    matches._week.cache_clear()
