"""Fixtures that tests of sources share: a server that misbehaves on demand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.web_service import FakeService, fake_service


@pytest.fixture
def server() -> Iterator[FakeService]:
    with fake_service() as server:
        yield server
