"""A local server in place of all sources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from fakes.web_service import FakeService, fake_service
from papers.similarity.weights import WORDS_ALONE


@pytest.fixture
def source(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """One server for all sources; no test waits for a pause between two attempts."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    with fake_service() as server:
        settings.SOURCES = ["arxiv", "semantic_scholar"]
        settings.ARXIV_URL = settings.ARXIV_AUTHOR_URL = server.url
        settings.SEMANTIC_SCHOLAR_URL = settings.ORCID_API_URL = server.url
        settings.SEMANTIC_SCHOLAR_KEY = ""
        settings.ARXIV_REST_SECONDS = 0.001
        settings.EMBEDDING_MODEL = WORDS_ALONE
        settings.SEED_LOOKUPS_PER_HOUR = 3000
        settings.SEEDS_PER_READER = 200
        yield server
