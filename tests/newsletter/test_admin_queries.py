"""Each list and page of the newsletter's admin: the same queries for one row and for three."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from newsletter.models import (
    ArchivedDelivery,
    Candidate,
    Delivery,
    DeliveryEvent,
    Edition,
    InboundMessage,
    StoredPick,
    Tally,
)
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_delivery,
    make_edition,
    make_event,
    make_inbound,
    make_paper,
    make_subscriber,
)
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _content_types() -> None:
    """Read once by each process, whatever the page."""
    ContentType.objects.get_for_models(Edition, Delivery)


def make_rows(count: int) -> None:
    """As many rows of each model, each of an edition, a paper and a subscriber of its own."""
    for number in range(count):
        edition, reader = make_edition("daily", DAY + timedelta(days=number)), make_subscriber()
        candidate = make_candidate(edition, make_paper())
        picks = [StoredPick(1, candidate.paper_id, "Trending now")]
        delivery = make_delivery(edition, reader, state="sent", picks=picks)
        make_event(delivery)
        make_inbound(delivery=delivery)
        ArchivedDelivery.objects.create(
            id=delivery.pk, edition=edition, subscriber=reader, state="sent", sent_at=NOON
        )


# Two of each are for the session and the user, one counts the rows, one reads them.
LISTS = [
    (Edition, 8),  # first and last day, days for the date filter; candidates; deliveries
    (Candidate, 5),  # editions
    (Delivery, 5),  # editions
    (DeliveryEvent, 5),  # editions
    (InboundMessage, 5),  # deliveries
    (ArchivedDelivery, 5),  # editions
    (Tally, 5),  # editions
]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("model", "queries"), LISTS)
def test_a_list_takes_the_same_queries_for_one_and_three_rows(
    admin_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    model: type[Model],
    queries: int,
    rows: int,
) -> None:
    make_rows(rows)
    with django_assert_num_queries(queries) as context:
        response = admin_client.get(rows_url(model))
    assert len(response.context["cl"].result_list) == rows
    if model is Edition:  # its deliveries are counters
        assert [query for query in context if '"newsletter_delivery"' in query["sql"]] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_sent_edition_takes_seven_queries_however_many_deliveries(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    edition = make_edition()
    for _ in range(rows):
        make_candidate(edition, make_paper())
        make_delivery(edition, make_subscriber(), state="sent", attempts=1)
    # Session, user, edition; candidates, deliveries by state, progress; whether it was sent.
    with django_assert_num_queries(7) as context:
        response = admin_client.get(row_url(edition))
    assert response.status_code == 200
    assert [query for query in context if '"newsletter_delivery"' in query["sql"]] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_a_delivery_s_page_takes_seven_queries_however_many_events(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    make_rows(1)
    delivery = Delivery.objects.get()
    for _ in range(rows - 1):
        make_event(delivery)
    # Session, user, delivery with subscriber, edition, content; papers, events.
    with django_assert_num_queries(7):
        response = admin_client.get(row_url(delivery))
    assert response.status_code == 200
