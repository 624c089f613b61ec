"""The pages to unsubscribe and to subscribe again."""

from __future__ import annotations

import pytest
from django.test import Client

from subscribers.models import ConsentEntry, Subscriber
from tests.factories import NOON, make_subscriber
from tests.subscribers.page_text import confirm_path, make_pending, preferences_path, text_of

pytestmark = pytest.mark.django_db
State = Subscriber.State


def test_only_the_button_unsubscribes(visitor: Client) -> None:
    subscriber = make_subscriber(next_send_at=NOON)
    path = f"{preferences_path(subscriber)}unsubscribe/"
    assert "Unsubscribe?" in text_of(visitor.get(path))
    subscriber.refresh_from_db()
    assert subscriber.state == State.ACTIVE
    for _ in range(2):
        answer = visitor.post(path)
        assert answer.status_code == 200
        assert "No further digest will come" in text_of(answer)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.next_send_at) == (State.UNSUBSCRIBED, None)
    assert ConsentEntry.objects.get().step == ConsentEntry.Step.UNSUBSCRIBED


def test_subscribing_again_needs_a_new_confirmation(visitor: Client) -> None:
    subscriber = make_subscriber(cadence="daily")
    path = preferences_path(subscriber)
    visitor.post(f"{path}unsubscribe/")
    assert f'action="{path}come-back/"' in text_of(visitor.get(path))
    assert "Check your inbox" in text_of(visitor.post(f"{path}come-back/"))
    subscriber.refresh_from_db()
    assert subscriber.state == State.UNSUBSCRIBED
    assert subscriber.mails.get().kind == "confirm"
    assert visitor.post(confirm_path(subscriber)).status_code == 303
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.cadence) == (State.ACTIVE, "daily")


def test_a_pending_subscriber_can_request_a_new_link(visitor: Client) -> None:
    subscriber = make_pending()
    path = preferences_path(subscriber)
    page = text_of(visitor.get(path))
    assert "Not subscribed yet" in page
    assert "Send a new link" in page
    visitor.post(f"{path}come-back/")
    assert subscriber.mails.get().kind == "confirm"


def test_an_active_subscriber_cannot_subscribe_again(visitor: Client) -> None:
    subscriber = make_subscriber()
    path = preferences_path(subscriber)
    answer = visitor.post(f"{path}come-back/")
    assert (answer.status_code, answer["Location"]) == (303, path)
    assert visitor.get(f"{path}come-back/").status_code == 303
    assert not subscriber.mails.exists()
