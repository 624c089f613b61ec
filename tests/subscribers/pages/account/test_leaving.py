"""The pages to unsubscribe and to subscribe again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from subscribers import tokens
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


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.UNSUBSCRIBED, "You are unsubscribed"),
        (State.SUPPRESSED, "We cannot write to"),
        (State.PENDING, "Unsubscribe?"),
    ],
)
def test_the_button_is_for_those_who_have_not_left(
    visitor: Client, state: Subscriber.State, said: str
) -> None:
    path = f"{preferences_path(make_subscriber(state=state))}unsubscribe/"
    assert said in text_of(visitor.get(path))


def test_subscribing_again_needs_a_new_confirmation(visitor: Client) -> None:
    subscriber = make_subscriber(cadence="daily")
    path = preferences_path(subscriber)
    visitor.post(f"{path}unsubscribe/")
    assert f'action="{path}come-back/"' in text_of(visitor.get(path))
    assert "Check your inbox" in text_of(visitor.post(f"{path}come-back/"))
    subscriber.refresh_from_db()
    assert subscriber.state == State.UNSUBSCRIBED
    assert set(subscriber.mails.values_list("kind", flat=True)) == {"goodbye", "confirm"}
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


# ── instead of leaving, and back ─────────────────────────────────────────────


def test_the_page_offers_fewer_mails_to_who_gets_some(visitor: Client) -> None:
    path = preferences_path(make_subscriber(cadence="daily"))
    page = text_of(visitor.get(f"{path}unsubscribe/"))
    assert f'action="{path}pause/"' in page
    assert "Once a week instead of every day" in page
    assert f'href="{path}">Stay subscribed' in page


@pytest.mark.parametrize("state", [State.PENDING, State.UNSUBSCRIBED])
def test_it_offers_none_to_who_gets_none(visitor: Client, state: str) -> None:
    page = text_of(visitor.get(f"{preferences_path(make_subscriber(state=state))}unsubscribe/"))
    assert "pause/" not in page


def undo_path(page: str) -> str:
    found = re.search(r'action="(/undo/[^"]+)"', page)
    assert found
    return found[1]


def test_one_press_takes_it_back(visitor: Client) -> None:
    subscriber = make_subscriber(confirmed_at=NOON, cadence="daily")
    path = preferences_path(subscriber)
    page = text_of(visitor.post(f"{path}unsubscribe/"))
    undo = undo_path(page)
    assert "Subscribe me again" in text_of(visitor.get(undo))
    subscriber.refresh_from_db()
    assert subscriber.state == State.UNSUBSCRIBED
    assert "You are subscribed again" in text_of(visitor.post(undo))
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.cadence) == (State.ACTIVE, "daily")
    assert subscriber.next_send_at
    assert not subscriber.mails.exists()
    assert visitor.post(undo).status_code == 410


def test_the_link_of_the_mail_works_for_two_weeks(visitor: Client) -> None:
    subscriber = make_subscriber(confirmed_at=NOON)
    with time_machine.travel(NOON):
        visitor.post(f"{preferences_path(subscriber)}unsubscribe/")
        subscriber.refresh_from_db()
        link = reverse("subscribers:undo", args=[tokens.make("return", subscriber)])
    with time_machine.travel(NOON + timedelta(days=14, seconds=5)):
        assert visitor.post(link).status_code == 410
    subscriber.refresh_from_db()
    assert subscriber.state == State.UNSUBSCRIBED
    with time_machine.travel(NOON + timedelta(days=13)):
        assert "Stay subscribed?" in text_of(visitor.get(f"{link.rstrip('/')}."))  # mangled
        assert "You are subscribed again" in text_of(visitor.post(link))
    subscriber.refresh_from_db()
    assert subscriber.state == State.ACTIVE


def test_a_second_press_on_unsubscribe_offers_no_undo(visitor: Client) -> None:
    path = f"{preferences_path(make_subscriber())}unsubscribe/"
    assert "/undo/" in text_of(visitor.post(path))
    again = text_of(visitor.post(path))
    assert "/undo/" not in again
    assert "Come back" in again


def test_after_an_hour_the_link_says_what_to_do(visitor: Client) -> None:
    subscriber = make_subscriber(confirmed_at=NOON)
    with time_machine.travel(NOON):
        undo = undo_path(text_of(visitor.post(f"{preferences_path(subscriber)}unsubscribe/")))
    with time_machine.travel(NOON + timedelta(hours=1, seconds=5)):
        answer = visitor.post(undo)
    assert answer.status_code == 410
    assert 'href="/subscribe/"' in text_of(answer)
    subscriber.refresh_from_db()
    assert subscriber.state == State.UNSUBSCRIBED


@pytest.mark.parametrize("path", ["/undo", "/undo/", "/undo/5.x.y/"])
def test_an_undo_link_of_nobody_does_nothing(visitor: Client, path: str) -> None:
    assert visitor.post(path).status_code == 410
