"""Incoming mail in the admin: shown, and never changed or read."""

from __future__ import annotations

import pytest
from django.test import Client

from newsletter.models import InboundMessage
from subscribers.addresses import address_hash
from tests.factories import make_delivery, make_edition, make_inbound, make_subscriber
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db


def found(client: Client, words: str) -> list[InboundMessage]:
    return list(client.get(rows_url(InboundMessage, q=words)).context["cl"].result_list)


def test_a_mail_links_to_its_delivery(admin_client: Client) -> None:
    delivery = make_delivery(make_edition(), make_subscriber(), state="sent")
    make_inbound(delivery=delivery, kind="bounce", result="event")
    page = admin_client.get(rows_url(InboundMessage)).content.decode()
    assert row_url(delivery) in page
    assert "stored as an event" in page


def test_a_mail_of_an_archived_delivery_has_its_page(admin_client: Client) -> None:
    row = make_inbound(delivery_id=4711)
    assert b"#4711" in admin_client.get(rows_url(InboundMessage)).content
    assert b"#4711" in admin_client.get(row_url(row)).content


def test_mails_are_found_by_address_and_delivery(admin_client: Client) -> None:
    ours = make_inbound(delivery_id=4711, address_hash=address_hash("ada@example.com"))
    make_inbound()
    for words in (" Ada@example.com", "4711", "#4711"):
        assert found(admin_client, words) == [ours]
    assert len(found(admin_client, "")) == 2


def test_what_a_reader_wrote_is_not_shown(admin_client: Client) -> None:
    row = make_inbound(raw=b"my secret words", kind="reply", result="forward")
    assert b"my secret words" not in admin_client.get(row_url(row)).content
