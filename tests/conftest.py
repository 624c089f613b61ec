"""Fixtures that many tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of recorded data beside the project; a user's clone does not have it."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail("../shared is missing, and in CI it must be there")
        pytest.skip("needs ../shared, which a user's clone does not have")
    return SHARED


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits and caches of one test never reach the next."""
    cache.clear()
    yield
