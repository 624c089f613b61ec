"""The links of a message still work when its delivery is archived."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.delivery.archive import archive
from newsletter.editions import old_tokens
from newsletter.editions.old_tokens import make_old_tokens
from newsletter.editions.tokens import Tokens, make_tokens
from newsletter.models import ArchivedDelivery, Edition
from subscribers.models import ConsentEntry, Subscriber
from subscribers.privacy import erase
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_content,
    make_delivery,
    make_paper,
    make_subscriber,
)
from tests.newsletter.delivery.archiving import LATER, partition

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscriber() -> Subscriber:
    return make_subscriber("ada@example.com", next_send_at=NOON)


@pytest.fixture(params=["1", "2"])
def tokens(old: Edition, subscriber: Subscriber, request: pytest.FixtureRequest) -> Tokens:
    """The tokens of a delivery that was archived, of either renderer."""
    make_candidate(
        old,
        make_paper(),
        facts={"title": "", "arxiv_url": "https://arxiv.org/abs/1", "code_url": ""},
    )
    delivery = make_delivery(old, subscriber, state="sent", sent_at=NOON)
    make_content(delivery, dated_at=NOON, renderer=request.param)
    assert archive(partition(), LATER, LATER)
    if request.param == old_tokens.RENDERER:
        return make_old_tokens(delivery.pk, "")
    return make_tokens(delivery.pk, subscriber.pk, subscriber.secret, NOON)


class TestLinks:
    def test_the_unsubscribe_page_opens(self, client: Client, tokens: Tokens) -> None:
        assert "<button" in client.get(f"/u/{tokens.unsubscribe}").content.decode()

    def test_its_button_unsubscribes(
        self, client: Client, tokens: Tokens, subscriber: Subscriber
    ) -> None:
        assert client.post(f"/u/{tokens.unsubscribe}").status_code == 200
        subscriber.refresh_from_db()
        assert subscriber.state == "unsubscribed"

    def test_one_click_unsubscribes(
        self, client: Client, tokens: Tokens, subscriber: Subscriber
    ) -> None:
        client.post(f"/u/{tokens.unsubscribe}", {"List-Unsubscribe": "One-Click"})
        subscriber.refresh_from_db()
        assert subscriber.state == "unsubscribed"
        assert ConsentEntry.objects.filter(step="one_click").count() == 1

    def test_preferences_open(self, client: Client, tokens: Tokens) -> None:
        assert (
            "ada@example.com"
            in client.get(f"/p/{tokens.preferences}", follow=True).content.decode()
        )

    def test_a_paper_link_leads_to_the_same_paper(self, client: Client, tokens: Tokens) -> None:
        assert client.get(f"/r/{tokens.read}/4")["Location"] == "https://arxiv.org/abs/1"

    def test_the_browser_view_is_gone_and_links_to_its_edition(
        self, client: Client, tokens: Tokens, settings: Settings
    ) -> None:
        settings.LEDGER_RETENTION_DAYS = 500
        response = client.get(f"/d/{tokens.read}")
        page = response.content.decode()
        assert response.status_code == 410
        assert "for 500 days" in page
        assert str(DAY) in _first_link(page)
        assert client.get(_first_link(page)).status_code == 200

    def test_that_page_has_the_security_policy_of_the_site(
        self, client: Client, tokens: Tokens
    ) -> None:
        policy = client.get(f"/d/{tokens.read}")["Content-Security-Policy"]
        assert "default-src 'self'" in policy

    def test_the_links_of_an_erased_subscriber_work_as_before(
        self, client: Client, tokens: Tokens, subscriber: Subscriber
    ) -> None:
        erase(subscriber)
        assert client.post(f"/u/{tokens.unsubscribe}").status_code == 200
        assert client.get(f"/p/{tokens.preferences}").status_code == 404
        assert client.get(f"/r/{tokens.read}/4")["Location"] == "https://arxiv.org/abs/1"

    def test_the_token_of_no_delivery_is_a_404(
        self, client: Client, tokens: Tokens, subscriber: Subscriber
    ) -> None:
        other = make_tokens(10**9, subscriber.pk, subscriber.secret, NOON)
        assert client.get(f"/d/{other.read}").status_code == 404

    def test_the_mail_that_had_the_same_id_before_a_restore_is_another(
        self, client: Client, tokens: Tokens, subscriber: Subscriber
    ) -> None:
        [archived] = ArchivedDelivery.objects.all()
        lost = make_tokens(archived.pk, subscriber.pk, subscriber.secret, LATER)
        assert client.get(f"/r/{lost.read}/4").status_code == 404
        assert client.get(f"/d/{lost.read}").status_code == 404
        assert client.get(f"/u/{lost.unsubscribe}").status_code == 200


def test_an_archived_delivery_keeps_what_its_links_need(old: Edition) -> None:
    sent, skipped = (make_delivery(old, make_subscriber(), state=s) for s in ("sent", "skipped"))
    make_content(sent, dated_at=NOON, renderer="2")
    assert archive(partition(), LATER, LATER)
    kept = ArchivedDelivery.objects.order_by("pk").values_list("pk", "renderer", "dated_at")
    assert list(kept) == [(sent.pk, "2", NOON), (skipped.pk, "", None)]


def _first_link(page: str) -> str:
    return page.split('<a class="button" href="')[1].split('"', maxsplit=1)[0]


def test_an_erased_subscriber_is_erased_in_the_archive_too(
    tokens: Tokens, subscriber: Subscriber
) -> None:
    erase(subscriber)
    archived = ArchivedDelivery.objects.get()
    assert (archived.subscriber_id, archived.state, archived.sent_at) == (None, "sent", NOON)
