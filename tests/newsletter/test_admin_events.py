"""Provider events in the admin."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from newsletter.models import Delivery, DeliveryEvent
from subscribers.addresses import address_hash
from tests.factories import make_delivery, make_edition, make_event, make_subscriber
from tests.newsletter.events.payloads import ADA
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery() -> Delivery:
    return make_delivery(make_edition(), make_subscriber(ADA), state="sent", attempts=1)


def shown(client: Client, url: str) -> str:
    return BeautifulSoup(client.get(url).content, "html.parser").get_text(" ", strip=True)


def found(client: Client, words: str) -> list[DeliveryEvent]:
    return list(client.get(rows_url(DeliveryEvent, q=words)).context["cl"].result_list)


def test_a_delivery_s_page_lists_its_events(admin_client: Client, delivery: Delivery) -> None:
    make_event(delivery)
    make_event(delivery, kind="bounced", detail="550 5.1.1 user unknown", is_hard=True)
    page = shown(admin_client, row_url(delivery))
    assert "events from the provider" in page.lower()
    assert "550 5.1.1 user unknown" in page
    assert "14 Mar 2025, 12:00" in page


def test_an_event_links_to_its_delivery(admin_client: Client, delivery: Delivery) -> None:
    make_event(delivery)
    page = admin_client.get(rows_url(DeliveryEvent)).content.decode()
    assert row_url(delivery) in page
    assert "weekly edition of 2025-03-14" in page


def test_an_event_of_an_archived_delivery_has_its_page(admin_client: Client) -> None:
    event = make_event(delivery_id=4711)
    assert "#4711" in shown(admin_client, rows_url(DeliveryEvent))
    assert "#4711" in shown(admin_client, row_url(event))


def test_events_are_found_by_address_id_and_message_id(
    admin_client: Client, delivery: Delivery
) -> None:
    ours = make_event(delivery, address_hash=address_hash(ADA))
    make_event(address_hash=address_hash("bob@example.com"))
    message = f"<digest.{delivery.pk}.0123456789abcdef@example.org>"
    for words in (" Ada@example.com", str(delivery.pk), f"#{delivery.pk}", message):
        assert found(admin_client, words) == [ours]


def test_an_edition_s_page_shows_its_complaints(admin_client: Client) -> None:
    edition = make_edition(complaints=31)
    assert "31" in shown(admin_client, row_url(edition))
