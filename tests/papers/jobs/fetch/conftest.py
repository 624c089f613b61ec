"""A local server in place of arXiv."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fakes.web_service import FakeService, FakeTime, fake_service


@pytest.fixture
def arxiv(settings: Any, time: FakeTime) -> Iterator[FakeService]:
    with fake_service() as server:
        settings.ARXIV_URL = settings.ARXIV_FEED_URL = server.url
        settings.ARXIV_REST_SECONDS = 0.001
        settings.ARXIV_CATEGORIES = ["cs.LG", "stat.ML"]
        yield server
