"""How often a reader may press a button about papers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from subscribers.feedback import rate
from subscribers.feedback.rate import seconds_to_wait
from tests.factories import make_subscriber
from web.rate_limit import limiter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> Iterator[None]:
    limiter().storage.reset()
    yield
    limiter().storage.reset()


def test_each_reader_has_a_limit_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "RATE", "2/hour")
    ada, bob = make_subscriber(), make_subscriber()
    assert [seconds_to_wait(ada) for _ in range(2)] == [0, 0]
    assert 0 < seconds_to_wait(ada) <= 3600
    assert seconds_to_wait(bob) == 0


@pytest.mark.usefixtures("unreachable_redis")
def test_without_redis_nothing_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "RATE", "1/hour")
    ada = make_subscriber()
    assert [seconds_to_wait(ada) for _ in range(3)] == [0, 0, 0]
