"""The links of a digest: GET shows, POST acts, and nothing leads where the edition does not."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from newsletter.delivery.recipients import recipients
from newsletter.editions.compose import compose
from newsletter.editions.loaded import load_edition, rebuild
from newsletter.editions.render import RENDERER
from newsletter.editions.tokens import current_key_id, make_token
from newsletter.models import Delivery
from subscribers.models import ConsentEntry, Subscriber
from tests.factories import DAY, make_delivery, make_paper, make_subscriber

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
    return make_delivery(
        edition,
        reader,
        state="sent",
        picks=picks,
        dated_at=SENT,
        renderer=RENDERER,
        key_id=current_key_id(),
    )


def one_click(client: Client, token: str) -> int:
    answer = client.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
    return answer.status_code


def state(reader: Subscriber) -> str:
    reader.refresh_from_db()
    return reader.state


class TestUnsubscribing:
    def test_a_get_asks_and_changes_nothing(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        answer = client.get(f"/u/{make_token(delivery.pk)}")
        assert "<button" in answer.content.decode()
        assert state(reader) == "active"

    def test_a_head_changes_nothing(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        assert client.head(f"/u/{make_token(delivery.pk)}").status_code == 200
        assert state(reader) == "active"

    def test_the_pages_button_unsubscribes_without_a_cookie(
        self, delivery: Delivery, reader: Subscriber
    ) -> None:
        answer = Client(enforce_csrf_checks=True).post(f"/u/{make_token(delivery.pk)}")
        assert "unsubscribed" in answer.content.decode()
        assert state(reader) == "unsubscribed"

    def test_one_click_unsubscribes_at_once_without_cookie_or_redirect(
        self, delivery: Delivery, reader: Subscriber
    ) -> None:
        assert one_click(Client(enforce_csrf_checks=True), make_token(delivery.pk)) == 200
        assert state(reader) == "unsubscribed"
        assert ConsentEntry.objects.filter(step="one_click").count() == 1

    def test_one_click_may_come_as_multipart_or_form(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        answer = client.post(
            f"/u/{make_token(delivery.pk)}",
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert (answer.status_code, state(reader)) == (200, "unsubscribed")

    def test_a_second_click_answers_the_same_and_records_nothing(
        self, client: Client, delivery: Delivery
    ) -> None:
        token = make_token(delivery.pk)
        assert [one_click(client, token) for _ in range(3)] == [200, 200, 200]
        assert ConsentEntry.objects.filter(step="one_click").count() == 1

    def test_it_still_answers_when_the_reader_was_erased(
        self, client: Client, delivery: Delivery
    ) -> None:
        Delivery.objects.update(subscriber=None)
        assert one_click(client, make_token(delivery.pk)) == 200

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_token_that_was_not_made_here_is_a_clear_404(
        self, client: Client, delivery: Delivery, method: str
    ) -> None:
        answer = getattr(client, method)(f"/u/{make_token(delivery.pk)[:-2]}xx")
        assert answer.status_code == 404


class TestOtherLinks:
    def test_preferences_lead_to_the_readers_own_page(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        answer = client.get(f"/p/{make_token(delivery.pk)}", follow=True)
        assert reader.email in answer.content.decode()

    def test_preferences_of_an_erased_reader_are_gone(
        self, client: Client, delivery: Delivery
    ) -> None:
        Delivery.objects.update(subscriber=None)
        assert client.get(f"/p/{make_token(delivery.pk)}").status_code == 404

    def test_the_browser_shows_the_mail_as_it_was_sent(
        self, client: Client, delivery: Delivery, reader: Subscriber
    ) -> None:
        answer = client.get(f"/d/{make_token(delivery.pk)}")
        sent = rebuild(delivery, reader.email)
        assert answer.content.decode() == sent.html

    def test_the_mail_in_the_browser_may_load_nothing(
        self, client: Client, delivery: Delivery
    ) -> None:
        policy = client.get(f"/d/{make_token(delivery.pk)}")["Content-Security-Policy"]
        assert "default-src 'none'" in policy

    def test_a_skipped_delivery_has_no_mail_to_show(
        self, client: Client, delivery: Delivery
    ) -> None:
        Delivery.objects.update(picks=[], state="skipped")
        assert client.get(f"/d/{make_token(delivery.pk)}").status_code == 404

    @pytest.mark.parametrize(
        ("kind", "target"),
        [("arxiv", "https://arxiv.org/abs/1506.03134"), ("code", "https://github.com/a/b")],
    )
    def test_a_papers_links_lead_where_the_edition_points(
        self, client: Client, delivery: Delivery, kind: str, target: str
    ) -> None:
        candidate = delivery.edition.candidates.get(paper__title="Pointer Networks")
        number = candidate.position * 3 + {"arxiv": 1, "code": 2}[kind]
        assert client.get(f"/r/{make_token(delivery.pk)}/{number}")["Location"] == target

    def test_a_title_leads_to_the_papers_own_page(self, client: Client, delivery: Delivery) -> None:
        first = delivery.edition.candidates.get(position=1)
        answer = client.get(f"/r/{make_token(delivery.pk)}/3")
        assert answer["Location"] == first.paper.get_absolute_url()

    @pytest.mark.parametrize("number", [0, 2, 999, 10**18])
    def test_a_number_that_stands_for_nothing_is_a_404(
        self, client: Client, delivery: Delivery, number: int
    ) -> None:
        assert client.get(f"/r/{make_token(delivery.pk)}/{number}").status_code == 404

    def test_a_link_cannot_be_posted_to(self, client: Client, delivery: Delivery) -> None:
        assert client.post(f"/r/{make_token(delivery.pk)}/3").status_code == 405
