"""How much mail arrived lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from newsletter.inbound.lately import inbound_figures
from tests.factories import NOON, make_inbound

pytestmark = pytest.mark.django_db


def test_each_kind_is_counted_and_what_an_operator_should_see(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_inbound(kind="bounce", result="event")
    make_inbound(kind="bounce", result="unproved")
    make_inbound(kind="reply", result="forward", due_at=NOON)
    make_inbound(kind="reply", result="held")
    make_inbound(kind="complaint", received_at=NOON - timedelta(days=8))
    with django_assert_num_queries(1):
        figures = inbound_figures(NOON)
    assert [(label, count) for label, count, _ in figures] == [
        ("returned mail", 2), ("reply", 2), ("not proved", 1), ("replies not forwarded", 1),
        ("replies that wait", 1),
    ]  # fmt: skip
    for _, count, url in figures:
        assert admin_client.get(url).context["cl"].result_count == count
