"""Signed links: one purpose, one reader, one address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone

from subscribers import tokens
from subscribers.tokens import BadToken, ExpiredToken
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=2)


def test_a_token_leads_back_to_its_reader() -> None:
    reader = make_subscriber()
    assert tokens.read("confirm", tokens.make("confirm", reader), max_age=DAYS) == reader


def test_a_token_needs_no_escaping_in_a_url() -> None:
    token = tokens.make("preferences", make_subscriber())
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_a_token_of_one_purpose_opens_nothing_else() -> None:
    token = tokens.make("confirm", make_subscriber())
    with pytest.raises(BadToken):
        tokens.read("preferences", token)


def test_a_token_expires() -> None:
    with time_machine.travel(NOON, tick=False):
        token = tokens.make("confirm", make_subscriber())
    with time_machine.travel(NOON + DAYS, tick=False):
        tokens.read("confirm", token, max_age=DAYS)
    with time_machine.travel(NOON + DAYS + timedelta(seconds=2)), pytest.raises(ExpiredToken):
        tokens.read("confirm", token, max_age=DAYS)


def test_a_token_without_a_time_limit_works_for_years() -> None:
    with time_machine.travel(NOON):
        token = tokens.make("preferences", make_subscriber())
    with time_machine.travel(NOON + timedelta(days=3650)):
        tokens.read("preferences", token)


def test_another_reader_s_number_does_not_fit_the_signature() -> None:
    mine, theirs = make_subscriber(), make_subscriber()
    rest = tokens.make("preferences", mine).partition(".")[2]
    with pytest.raises(BadToken):
        tokens.read("preferences", f"{theirs.pk}.{rest}")


@pytest.mark.parametrize(
    "token",
    ["", ".", "x", "1", "1.", "1..", "-1.a.b", "²22.a.b", "9" * 40, "0.a.b", "1.a.b", "a" * 5000],
)
def test_rubbish_is_a_bad_token_and_nothing_worse(token: str) -> None:
    make_subscriber(pk=1)
    with pytest.raises(BadToken):
        tokens.read("confirm", token, max_age=DAYS)


def test_every_changed_letter_is_noticed() -> None:
    token = tokens.make("confirm", make_subscriber())
    for place in range(len(token)):
        letter = "A" if token[place] != "A" else "B"
        changed = token[:place] + letter + token[place + 1 :]
        with pytest.raises(BadToken):
            tokens.read("confirm", changed, max_age=DAYS)


def test_a_link_dies_when_the_address_changes() -> None:
    reader = make_subscriber("old@example.com")
    token = tokens.make("preferences", reader)
    reader.email = "new@example.com"
    reader.save()
    with pytest.raises(BadToken):
        tokens.read("preferences", token)


def test_a_link_dies_with_its_reader() -> None:
    reader = make_subscriber()
    token = tokens.make("preferences", reader)
    reader.delete()
    with pytest.raises(BadToken):
        tokens.read("preferences", token)


def test_leaving_kills_the_confirmation_link_but_not_the_way_back() -> None:
    reader = make_subscriber()
    confirm, preferences = (
        tokens.make("confirm", reader),
        tokens.make("preferences", reader),
    )
    reader.unsubscribed_at = timezone.now()
    reader.save()
    with pytest.raises(BadToken):
        tokens.read("confirm", confirm, max_age=DAYS)
    assert tokens.read("preferences", preferences) == reader
    again = tokens.make("confirm", reader)
    assert tokens.read("confirm", again, max_age=DAYS) == reader


def test_links_survive_a_change_of_the_secret_key(settings: LazySettings) -> None:
    token = tokens.make("preferences", reader := make_subscriber())
    settings.SECRET_KEY, old = "a-new-key" * 8, settings.SECRET_KEY
    with pytest.raises(BadToken):
        tokens.read("preferences", token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.read("preferences", token) == reader
