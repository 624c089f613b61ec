"""The page behind the unsubscribe link offers fewer mails, and an undo after its button."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from subscribers.models import Subscriber
from subscribers.privacy import erase
from tests.factories import make_subscriber, tokens_of
from tests.newsletter.sent_digests import make_sent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def sent_to(**values: Any) -> tuple[Subscriber, str]:
    reader = make_subscriber(confirmed_at=NOW, next_send_at=NOW, **values)
    return reader, f"/u/{tokens_of(make_sent(reader)).unsubscribe}"


@time_machine.travel(NOW)
def test_the_page_of_the_link_pauses_for_a_month(client: Client) -> None:
    reader, path = sent_to(cadence="daily")
    assert 'action="?by=pause"' in client.get(path).content.decode()
    page = client.post(f"{path}?by=pause").content.decode()
    assert "30 December 2026" in page
    assert "/preferences/" not in page
    reader.refresh_from_db()
    assert (reader.state, reader.paused_until) == ("active", date(2026, 12, 30))


@time_machine.travel(NOW)
def test_a_longer_pause_is_not_made_shorter(client: Client) -> None:
    reader, path = sent_to()
    Subscriber.objects.update(paused_until=date(2027, 3, 1))
    assert "1 March 2027" in client.post(f"{path}?by=pause").content.decode()
    reader.refresh_from_db()
    assert reader.paused_until == date(2027, 3, 1)


def test_the_page_of_the_link_makes_it_less_often(client: Client) -> None:
    reader, path = sent_to(cadence="daily")
    assert "once a week" in client.post(f"{path}?by=less").content.decode()
    assert "once a month" in client.post(f"{path}?by=less").content.decode()
    assert 'action="?by=less"' not in client.get(path).content.decode()
    assert "Nothing had to be changed" in client.post(f"{path}?by=less").content.decode()
    reader.refresh_from_db()
    assert (reader.state, reader.cadence) == ("active", "monthly")


def test_who_has_left_is_offered_nothing_else(client: Client) -> None:
    reader, path = sent_to()
    Subscriber.objects.update(state="unsubscribed", next_send_at=None)
    page = client.get(path).content.decode()
    assert "You are unsubscribed" in page
    assert "by=pause" not in page
    assert "by=button" not in page
    client.post(f"{path}?by=pause")
    reader.refresh_from_db()
    assert (reader.state, reader.paused_until) == ("unsubscribed", None)


def test_an_erased_reader_is_offered_nothing_else(client: Client) -> None:
    reader, path = sent_to()
    erase(reader)
    assert "by=pause" not in client.get(path).content.decode()
    assert client.post(f"{path}?by=pause").status_code == 200


def test_the_button_offers_an_undo_and_one_click_does_not(client: Client) -> None:
    reader, path = sent_to()
    undo = re.search(r'action="(/undo/[^"]+)"', client.post(f"{path}?by=button").content.decode())
    assert undo
    assert "/undo/" not in client.post(f"{path}?by=button").content.decode()
    client.post(undo[1])
    reader.refresh_from_db()
    assert reader.state == "active"
    assert client.post(path).content == b"You are unsubscribed.\n"


@pytest.mark.parametrize("query", ["by=pause&x", "by=PAUSE", "by=", "by=less%00", "x=by=pause"])
def test_any_other_query_is_the_one_click(client: Client, query: str) -> None:
    reader, path = sent_to()
    assert client.post(f"{path}?{query}").content == b"You are unsubscribed.\n"
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"


@pytest.mark.parametrize(
    ("wanted", "words"), [("weekly", "once a week"), ("monthly", "once a month")]
)
def test_a_link_of_the_mail_leads_to_one_button(client: Client, wanted: str, words: str) -> None:
    reader, path = sent_to(cadence="daily")
    page = client.get(f"{path}?fewer={wanted}").content.decode()
    assert page.count("?by=") == 1
    assert f'action="?by={wanted}"' in page
    reader.refresh_from_db()
    assert reader.cadence == "daily"
    assert words in client.post(f"{path}?by={wanted}").content.decode()
    reader.refresh_from_db()
    assert (reader.state, reader.cadence) == ("active", wanted)


@time_machine.travel(NOW)
def test_a_link_of_the_mail_pauses_with_its_button(client: Client) -> None:
    reader, path = sent_to()
    assert 'action="?by=pause"' in client.get(f"{path}?fewer=pause").content.decode()
    reader.refresh_from_db()
    assert reader.paused_until is None
    client.post(f"{path}?by=pause")
    reader.refresh_from_db()
    assert reader.paused_until == date(2026, 12, 30)


@pytest.mark.parametrize("wanted", ["weekly", "monthly"])
def test_an_old_link_never_means_more_mails(client: Client, wanted: str) -> None:
    reader, path = sent_to(cadence="monthly")
    page = client.get(f"{path}?fewer={wanted}").content.decode()
    assert "no more often than that already" in page
    assert "?by=" not in page
    assert "Nothing had to be changed" in client.post(f"{path}?by={wanted}").content.decode()
    reader.refresh_from_db()
    assert reader.cadence == "monthly"


@pytest.mark.parametrize("query", ["fewer=daily", "fewer=", "fewer=weekly&x", "by=weekly"])
def test_any_other_query_shows_the_page_to_unsubscribe(client: Client, query: str) -> None:
    _, path = sent_to(cadence="daily")
    assert "Unsubscribe?" in client.get(f"{path}?{query}").content.decode()


def test_who_has_left_is_not_asked_for_fewer_mails(client: Client) -> None:
    _, path = sent_to()
    Subscriber.objects.update(state="unsubscribed", next_send_at=None)
    assert "You are unsubscribed" in client.get(f"{path}?fewer=monthly").content.decode()
