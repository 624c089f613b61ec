"""The links of a message still work when its delivery is archived."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.delivery.archive import archive
from newsletter.editions.tokens import make_token
from newsletter.models import ArchivedDelivery, Edition
from subscribers.models import ConsentEntry, Subscriber
from subscribers.privacy import erase
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_delivery,
    make_paper,
    make_subscriber,
)
from tests.newsletter.delivery.archiving import LATER, partition

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscriber() -> Subscriber:
    return make_subscriber("ada@example.com", next_send_at=NOON)


@pytest.fixture
def token(old: Edition, subscriber: Subscriber) -> str:
    """The token of a delivery that was archived."""
    make_candidate(
        old,
        make_paper(),
        facts={"title": "", "arxiv_url": "https://arxiv.org/abs/1", "code_url": ""},
    )
    delivery = make_delivery(old, subscriber, state="sent", sent_at=NOON)
    assert archive(partition(), LATER, LATER)
    return make_token(delivery.pk)


class TestLinks:
    def test_the_unsubscribe_page_opens(self, client: Client, token: str) -> None:
        assert "<button" in client.get(f"/u/{token}").content.decode()

    def test_its_button_unsubscribes(
        self, client: Client, token: str, subscriber: Subscriber
    ) -> None:
        assert client.post(f"/u/{token}").status_code == 200
        subscriber.refresh_from_db()
        assert subscriber.state == "unsubscribed"

    def test_one_click_unsubscribes(
        self, client: Client, token: str, subscriber: Subscriber
    ) -> None:
        client.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
        subscriber.refresh_from_db()
        assert subscriber.state == "unsubscribed"
        assert ConsentEntry.objects.filter(step="one_click").count() == 1

    def test_preferences_open(self, client: Client, token: str) -> None:
        assert "ada@example.com" in client.get(f"/p/{token}", follow=True).content.decode()

    def test_a_paper_link_leads_to_the_same_paper(self, client: Client, token: str) -> None:
        assert client.get(f"/r/{token}/4")["Location"] == "https://arxiv.org/abs/1"

    def test_the_browser_view_is_gone_and_links_to_its_edition(
        self, client: Client, token: str, settings: Settings
    ) -> None:
        settings.LEDGER_RETENTION_DAYS = 500
        response = client.get(f"/d/{token}")
        page = response.content.decode()
        assert response.status_code == 410
        assert "for 500 days" in page
        assert str(DAY) in _first_link(page)
        assert client.get(_first_link(page)).status_code == 200

    def test_that_page_has_the_security_policy_of_the_site(
        self, client: Client, token: str
    ) -> None:
        policy = client.get(f"/d/{token}")["Content-Security-Policy"]
        assert "default-src 'self'" in policy

    def test_the_links_of_an_erased_subscriber_work_as_before(
        self, client: Client, token: str, subscriber: Subscriber
    ) -> None:
        erase(subscriber)
        assert client.post(f"/u/{token}").status_code == 200
        assert client.get(f"/p/{token}").status_code == 404

    def test_the_token_of_no_delivery_is_a_404(self, client: Client, token: str) -> None:
        assert client.get(f"/d/{make_token(10**9)}").status_code == 404


def _first_link(page: str) -> str:
    return page.split('<a class="button" href="')[1].split('"', maxsplit=1)[0]


def test_an_erased_subscriber_is_erased_in_the_archive_too(
    token: str, subscriber: Subscriber
) -> None:
    erase(subscriber)
    archived = ArchivedDelivery.objects.get()
    assert (archived.subscriber_id, archived.state, archived.sent_at) == (None, "sent", NOON)
