"""The table of papers to look up."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from subscribers.models import SeedRequest
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db


def test_a_reader_asks_for_an_id_once() -> None:
    values = {"kind": "arxiv", "identity": "1706.03762", "next_attempt_at": NOON, "asked_at": NOON}
    ada, bob = make_subscriber(), make_subscriber()
    SeedRequest.objects.create(subscriber=ada, **values)
    SeedRequest.objects.create(subscriber=bob, **values)
    with pytest.raises(IntegrityError):
        SeedRequest.objects.create(subscriber=ada, **values)


def test_it_is_called_by_its_kind_and_id() -> None:
    assert str(SeedRequest(kind="doi", identity="10.1000/x")) == "DOI 10.1000/x"
