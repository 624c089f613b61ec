"""Fixtures that tests of sources share."""

from __future__ import annotations

import pytest

from fakes.web_service import FakeTime


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """A clock on which no test waits. The pauses of stamina are on it too: it takes no clock."""
    time = FakeTime()
    monkeypatch.setattr("tenacity.nap.time", time)
    return time
