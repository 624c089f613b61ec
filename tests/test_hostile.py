"""Hostile requests to all routes: every response is below 500. `make hostile` sends 20,000.

A failure names the request; HOSTILE_SEED repeats a run.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random

import pytest
from pytest_django import Settings

from tests.hostile.requests import make, send
from tests.hostile.routes import routes, some_route
from tests.hostile.world import build

pytestmark = [
    pytest.mark.django_db(transaction=True),  # the cache of pages answers nothing in one
    # django-anymail says so of SendGrid, which works.
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support"),
]
REQUESTS = int(os.environ.get("HOSTILE_REQUESTS", "600"))
SEED = int(os.environ.get("HOSTILE_SEED", "11"))
SHOWN = 40


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    """No limit by network, and no page that is missing for lack of a setting."""
    settings.API_RATE = settings.SIGN_UP_RATE = "10000000/minute"
    settings.METRICS_TOKEN = "token"


def test_no_request_is_answered_with_500(capsys: pytest.CaptureFixture[str]) -> None:
    random, world = Random(SEED), build()  # noqa: S311 (no secret depends on it)
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    broken = []
    for number in range(REQUESTS):
        route = routes()[number] if number < len(routes()) else some_route(random)
        request = make(route, world, random)
        status, error = send(request)
        statuses[route.kind][status] += 1
        if status >= 500:
            broken.append(f"{status} {error} {route.kind}: {request}")
    if REQUESTS > 1000:
        with capsys.disabled():
            print(*_report(statuses), sep="\n")
    assert broken[:SHOWN] == []


def _report(statuses: dict[str, Counter[int]]) -> Iterator[str]:
    yield f"\n{REQUESTS} requests, seed {SEED}"
    for kind, counts in sorted(statuses.items()):
        yield f"{kind:60.60} {_in_words(counts)}"
    yield f"{'all':60} {_in_words(sum(statuses.values(), Counter()))}"


def _in_words(counts: Counter[int]) -> str:
    return " ".join(f"{status}:{count}" for status, count in sorted(counts.items()))
