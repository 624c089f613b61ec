"""Fixtures that tests of sources share: a server that misbehaves on demand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.web_service import StandIn, stand_in


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in() as server:
        yield server
