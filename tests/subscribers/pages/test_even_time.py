from __future__ import annotations

import time

import pytest
from django.test import Client

from subscribers.models import Subscriber, Suppression
from subscribers.pages.even_time import LEAST, even_time
from subscribers.suppress import suppress
from tests.factories import NOON, make_subscriber


def seconds(block: float) -> float:
    begun = time.perf_counter()
    with even_time():
        time.sleep(block)
    return time.perf_counter() - begun


def test_a_short_block_lasts_as_long_as_every_other() -> None:
    for block in (0, LEAST / 2):
        assert LEAST <= seconds(block) < LEAST * 1.5


def test_a_longer_block_does_not_wait() -> None:
    assert LEAST * 2 <= seconds(LEAST * 2) < LEAST * 2.5


def test_an_error_is_not_held_back() -> None:
    begun = time.perf_counter()
    with pytest.raises(ValueError, match="broken"), even_time():
        raise ValueError("broken")
    assert time.perf_counter() - begun < LEAST


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/new-link/", "/subscribe/"])
def test_no_address_is_answered_earlier_than_another(client: Client, path: str) -> None:
    make_subscriber("known@x.example")
    make_subscriber("left@x.example", state=Subscriber.State.UNSUBSCRIBED)
    suppress("bounced@x.example", Suppression.Reason.HARD_BOUNCE, now=NOON)
    for name in ("known", "left", "bounced", "unknown"):
        begun = time.perf_counter()
        assert client.post(path, {"email": f"{name}@x.example"}).status_code == 200
        assert time.perf_counter() - begun >= LEAST
