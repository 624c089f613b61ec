"""Fixtures that tests of sources share: a server that misbehaves on demand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stand_in import StandIn, stand_in


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in() as server:
        yield server
