"""The admin's home while the mail server takes no mail, or refuses ours."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from mail import relay
from mail.outcome import Outcome, of_opening, of_reply
from mail.relay import Relay
from newsletter.dashboard import relay_trouble
from tests.subscribers.page_text import text_of

pytestmark = pytest.mark.django_db


def home(admin_client: Client) -> str:
    return text_of(admin_client.get("/admin/"))


def test_a_server_that_takes_mail_is_not_mentioned(admin_client: Client) -> None:
    Relay().note([Outcome("accepted")])
    assert relay_trouble() == {}
    assert "Mail server" not in home(admin_client)


def test_since_when_no_mail_leaves_and_why(admin_client: Client) -> None:
    Relay().note([of_opening(ConnectionRefusedError(111, "refused"))])
    text = home(admin_client)
    assert "Mail server" in text
    assert "the mail server refused the connection" in text
    assert "It is tried again in " in text


def test_why_our_mail_is_refused(admin_client: Client) -> None:
    Relay().note([of_reply("sender", 554, "5.7.1 <ada@example.com>: Relay access denied")])
    text = home(admin_client)
    assert "Our mail is refused: the mail server does not send mail to other domains" in text
    assert "ada@example.com" not in text


def test_without_redis_the_page_is_shown(settings: Settings) -> None:
    relay._redis.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert relay_trouble() == {}
    relay._redis.cache_clear()
