"""The links of a digest: GET changes nothing, and each link leads where the edition points."""

import re
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from newsletter.delivery.recipients import recipients
from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import load_edition, rebuild
from newsletter.editions.rendering.body import RENDERER
from newsletter.models import Delivery, DigestContent
from subscribers.models import ConsentEntry, Subscriber
from subscribers.privacy import erase
from tests.factories import (
    DAY,
    make_content,
    make_delivery,
    make_paper,
    make_subscriber,
    tokens_of,
)
from tests.papers.page_html import get_page, words

pytestmark = pytest.mark.django_db

SENT = datetime(2025, 3, 15, 8, tzinfo=UTC)


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber(next_send_at=SENT)


@pytest.fixture
def delivery(reader: Subscriber) -> Delivery:
    """A digest of two papers that was sent: the first with code, the second without."""
    make_paper("Pointer Networks", arxiv_id="1506.03134", code_url="https://github.com/a/b")
    make_paper("Visual Dialog", arxiv_id=None)
    edition = compose("weekly", DAY, SENT)
    picks = (
        load_edition(edition.pk).select(recipients([reader.pk])[reader.pk].interests, seen=()).picks
    )
    delivery = make_delivery(edition, reader, state="sent")
    make_content(delivery, picks, dated_at=SENT, renderer=RENDERER, key_id=current_key_id())
    return delivery


def one_click(client: Client, token: str) -> int:
    response = client.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
    return response.status_code


def state(reader: Subscriber) -> str:
    reader.refresh_from_db()
    return reader.state


class TestUnsubscribe:
    def test_a_get_shows_a_button_and_changes_nothing(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        response = client.get(f"/u/{tokens_of(delivery).unsubscribe}")
        assert "<button" in response.content.decode()
        assert state(reader) == "active"

    def test_a_head_changes_nothing(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        assert client.head(f"/u/{tokens_of(delivery).unsubscribe}").status_code == 200
        assert state(reader) == "active"

    def test_the_button_unsubscribes_without_a_cookie(
        self, delivery: Delivery, reader: Subscriber
    ) -> None:
        visitor, path = Client(enforce_csrf_checks=True), f"/u/{tokens_of(delivery).unsubscribe}"
        assert 'action="?by=button"' in visitor.get(path).content.decode()
        page = visitor.post(f"{path}?by=button").content.decode()
        assert "You are unsubscribed" in page
        assert "/preferences/" not in page
        assert state(reader) == "unsubscribed"
        assert ConsentEntry.objects.get().step == "unsubscribed"

    def test_one_click_unsubscribes_without_cookie_or_redirect(
        self, delivery: Delivery, reader: Subscriber
    ) -> None:
        assert one_click(Client(enforce_csrf_checks=True), tokens_of(delivery).unsubscribe) == 200
        assert state(reader) == "unsubscribed"
        assert ConsentEntry.objects.filter(step="one_click").count() == 1

    def test_one_click_may_come_as_multipart_or_form(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        response = client.post(
            f"/u/{tokens_of(delivery).unsubscribe}",
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert (response.status_code, state(reader)) == (200, "unsubscribed")

    def test_a_second_click_records_nothing_new(self, client: Client, delivery: Delivery) -> None:
        token = tokens_of(delivery).unsubscribe
        assert [one_click(client, token) for _ in range(3)] == [200, 200, 200]
        assert ConsentEntry.objects.filter(step="one_click").count() == 1

    def test_it_is_a_200_for_an_erased_subscriber_too(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        token = tokens_of(delivery).unsubscribe
        erase(reader)
        assert one_click(client, token) == 200
        assert client.get(f"/u/{token}").status_code == 200

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_an_invalid_token_is_a_404(
        self, client: Client, delivery: Delivery, method: str
    ) -> None:
        response = getattr(client, method)(f"/u/{tokens_of(delivery).unsubscribe[:-2]}xx")
        assert response.status_code == 404


class TestOtherLinks:
    def test_preferences_lead_to_the_subscriber_s_page(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        response = client.get(f"/p/{tokens_of(delivery).preferences}", follow=True)
        assert reader.email in response.content.decode()

    def test_preferences_of_an_erased_subscriber_are_a_404(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        tokens = tokens_of(delivery)
        erase(reader)
        assert client.get(f"/p/{tokens.preferences}").status_code == 404
        assert client.get(f"/d/{tokens.read}").status_code == 404
        assert client.get(f"/r/{tokens.read}/4").status_code == 302

    def test_the_browser_shows_the_mail_as_it_was_sent(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        page = get_page(client, f"/d/{tokens_of(delivery).read}")
        sent = BeautifulSoup(rebuild(delivery, reader.email).whole_html, "html.parser")
        sent.select_one(".preheader").decompose()  # type: ignore[union-attr]
        assert words(page.select_one("main .mail")) == words(sent.body)

    def test_the_digest_stands_in_a_page_with_a_heading_and_a_way_home(
        self, client: Client, delivery: Delivery
    ) -> None:
        page = get_page(client, f"/d/{tokens_of(delivery).read}")
        assert [words(heading) for heading in page.select("h1")] == [
            "Your digest of 8 to 14 March 2025"
        ]
        assert page.select_one("main h1")
        assert page.select_one("header .name a[href='/']")

    def test_the_page_that_people_pass_on_opens_nothing_but_papers(
        self, client: Client, delivery: Delivery
    ) -> None:
        tokens = tokens_of(delivery)
        page = str(get_page(client, f"/d/{tokens.read}").select_one("main"))
        assert not [token for token in tokens[1:] if token in page]
        assert "/w/" not in page
        assert "More like this" not in page
        links = set(re.findall(r'href="[^"]*(/[updr]/[^"]*)"', page))
        assert links == {
            *("/u/", "/p/", f"/d/{tokens.read}"),
            *("/u/?fewer=monthly", "/u/?fewer=pause"),
            *(f"/r/{tokens.read}/{number}" for number in (3, 4, 5, 6)),
        }
        for path in ("/u/", "/p/"):
            assert 'action="/new-link/"' in client.get(path).content.decode()

    def test_the_page_needs_no_style_of_the_mail_and_is_in_no_index(
        self, client: Client, delivery: Delivery
    ) -> None:
        path = f"/d/{tokens_of(delivery).read}"
        response = client.get(path)
        assert "unsafe-inline" not in response["Content-Security-Policy"]
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]
        assert not get_page(client, path).select("[style], style")

    def test_a_skipped_delivery_has_no_mail_to_show(
        self, client: Client, delivery: Delivery
    ) -> None:
        DigestContent.objects.all().delete()
        Delivery.objects.update(state="skipped")
        assert client.get(f"/d/{tokens_of(delivery).read}").status_code == 404

    @pytest.mark.parametrize(
        ("kind", "target"),
        [("arxiv", "https://arxiv.org/abs/1506.03134"), ("code", "https://github.com/a/b")],
    )
    def test_a_paper_s_links_lead_where_the_edition_points(
        self, client: Client, delivery: Delivery, kind: str, target: str
    ) -> None:
        candidate = delivery.edition.candidates.get(paper__title="Pointer Networks")
        number = candidate.position * 3 + {"arxiv": 1, "code": 2}[kind]
        assert client.get(f"/r/{tokens_of(delivery).read}/{number}")["Location"] == target

    @pytest.mark.parametrize(
        "target",
        ["javascript:alert(1)", "=?utf-8?q?hi?=", "admin:index", "/admin/", "//evil.example"],
    )
    def test_a_target_that_is_no_address_of_the_web_is_a_404(
        self, client: Client, delivery: Delivery, target: str
    ) -> None:
        candidate = delivery.edition.candidates.get(position=1)
        candidate.facts["code_url"] = target
        candidate.save()
        assert client.get(f"/r/{tokens_of(delivery).read}/5").status_code == 404

    def test_a_title_leads_to_the_paper_s_page(self, client: Client, delivery: Delivery) -> None:
        first = delivery.edition.candidates.get(position=1)
        response = client.get(f"/r/{tokens_of(delivery).read}/3")
        assert response["Location"] == first.paper.get_absolute_url()

    @pytest.mark.parametrize("number", [0, 2, 999, 10**18])
    def test_an_unknown_link_number_is_a_404(
        self, client: Client, delivery: Delivery, number: int
    ) -> None:
        assert client.get(f"/r/{tokens_of(delivery).read}/{number}").status_code == 404

    def test_a_post_to_a_link_is_refused(self, client: Client, delivery: Delivery) -> None:
        assert client.post(f"/r/{tokens_of(delivery).read}/3").status_code == 405
