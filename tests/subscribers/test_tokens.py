"""Signed links: one purpose, one subscriber, one address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.core.signing import TimestampSigner
from django.utils import timezone

from subscribers import tokens
from subscribers.addresses import address_hash
from subscribers.models import Subscriber
from subscribers.tokens import BadToken, ExpiredToken
from tests.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=2)


def test_a_token_gives_its_subscriber() -> None:
    subscriber = make_subscriber()
    assert tokens.read("confirm", tokens.make("confirm", subscriber), max_age=DAYS) == subscriber


def test_a_token_needs_no_escaping_in_a_url() -> None:
    token = tokens.make("preferences", make_subscriber())
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_a_token_of_one_purpose_is_invalid_for_another() -> None:
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


def test_a_signature_does_not_fit_the_id_of_another_subscriber() -> None:
    mine, theirs = make_subscriber(), make_subscriber()
    rest = tokens.make("preferences", mine).partition(".")[2]
    with pytest.raises(BadToken):
        tokens.read("preferences", f"{theirs.pk}.{rest}")


@pytest.mark.parametrize(
    "token",
    ["", ".", "x", "1", "1.", "1..", "-1.a.b", "²22.a.b", "9" * 40, "0.a.b", "1.a.b", "a" * 5000],
)
def test_an_invalid_token_raises_no_other_error(token: str) -> None:
    make_subscriber(pk=1)
    with pytest.raises(BadToken):
        tokens.read("confirm", token, max_age=DAYS)


def test_every_changed_character_makes_a_token_invalid() -> None:
    token = tokens.make("confirm", make_subscriber())
    for place in range(len(token)):
        character = "A" if token[place] != "A" else "B"
        changed = token[:place] + character + token[place + 1 :]
        with pytest.raises(BadToken):
            tokens.read("confirm", changed, max_age=DAYS)


def test_a_token_is_invalid_after_the_address_changes() -> None:
    subscriber = make_subscriber("old@example.com")
    token = tokens.make("preferences", subscriber)
    subscriber.email = "new@example.com"
    subscriber.save()
    with pytest.raises(BadToken):
        tokens.read("preferences", token)


def test_a_token_is_invalid_after_its_subscriber_is_deleted() -> None:
    subscriber = make_subscriber()
    token = tokens.make("preferences", subscriber)
    subscriber.delete()
    with pytest.raises(BadToken):
        tokens.read("preferences", token)


def test_unsubscribing_makes_confirmation_and_feed_links_invalid() -> None:
    subscriber = make_subscriber()
    purposes: tuple[tokens.Purpose, ...] = ("confirm", "feed", "preferences")
    confirm, feed, preferences = (tokens.make(purpose, subscriber) for purpose in purposes)
    subscriber.unsubscribed_at = timezone.now()
    subscriber.save()
    with pytest.raises(BadToken):
        tokens.read("confirm", confirm, max_age=DAYS)
    with pytest.raises(BadToken):
        tokens.read("feed", feed)
    assert tokens.read("preferences", preferences) == subscriber
    again = tokens.make("confirm", subscriber)
    assert tokens.read("confirm", again, max_age=DAYS) == subscriber


def test_a_token_is_valid_after_the_secret_key_rotates(settings: LazySettings) -> None:
    token = tokens.make("preferences", subscriber := make_subscriber())
    settings.SECRET_KEY, old = "a-new-key" * 8, settings.SECRET_KEY
    with pytest.raises(BadToken):
        tokens.read("preferences", token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.read("preferences", token) == subscriber


# ── a restored backup ────────────────────────────────────────────────────────


@pytest.mark.parametrize("purpose", ["confirm", "preferences", "feed"])
def test_a_token_opens_nothing_of_another_sign_up_with_the_same_id_and_address(
    purpose: tokens.Purpose,
) -> None:
    first = make_subscriber("ada@example.com")
    token = tokens.make(purpose, first)
    Subscriber.objects.all().delete()
    again = make_subscriber("ada@example.com", id=first.pk)
    assert (again.pk, again.email) == (first.pk, first.email)
    with pytest.raises(BadToken):
        tokens.read(purpose, token)
    assert tokens.read(purpose, tokens.make(purpose, again)) == again


def old_token(purpose: str, subscriber: Subscriber) -> str:
    """A token as it was made before subscribers had a secret."""
    bound_to = [address_hash(subscriber.email)]
    if purpose in ("confirm", "feed") and subscriber.unsubscribed_at:
        bound_to.append(subscriber.unsubscribed_at.isoformat())
    salt = ":".join(["subscribers", purpose, *bound_to])
    return TimestampSigner(sep=".", salt=salt).sign(str(subscriber.pk))


@pytest.mark.parametrize("purpose", ["confirm", "preferences", "feed"])
def test_old_links_work_for_those_who_were_subscribers_then(purpose: tokens.Purpose) -> None:
    before, since = make_subscriber(has_old_links=True), make_subscriber()
    assert tokens.read(purpose, old_token(purpose, before)) == before
    with pytest.raises(BadToken):
        tokens.read(purpose, old_token(purpose, since))


def test_an_old_link_to_confirm_expires_and_ends_as_before() -> None:
    before = make_subscriber(has_old_links=True)
    with time_machine.travel(NOON):
        token = old_token("confirm", before)
    with time_machine.travel(NOON + timedelta(days=3)), pytest.raises(ExpiredToken):
        tokens.read("confirm", token, max_age=DAYS)
    before.unsubscribed_at = NOON
    before.save()
    with pytest.raises(BadToken):
        tokens.read("confirm", token)


# ── links that were changed on their way ─────────────────────────────────────


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "{}.",
        "{}>",
        "({})",
        "{}=",
        "{}%3E",
        "{}=3D",
        "{0}{0}",
        "{0}/{0}",
        " {}\n",
        "{}\0",
        "{}x",
    ],
)
def test_the_token_of_a_changed_link_is_found(form: str) -> None:
    subscriber = make_subscriber()
    token = tokens.make("preferences", subscriber)
    assert tokens.read_mangled("preferences", form.format(token)) == (subscriber, token)


def test_a_token_with_a_line_break_within_is_found() -> None:
    subscriber = make_subscriber()
    token = tokens.make("preferences", subscriber)
    for middle in ("=\r\n", "\n", " ", "=0D=0A", "\u200b"):
        text = token[:30] + middle + token[30:]
        assert tokens.read_mangled("preferences", text) == (subscriber, token)


def test_a_token_that_was_cut_off_is_refused() -> None:
    token = tokens.make("preferences", make_subscriber())
    for text in ("", token[:-1], token.lower(), token.upper(), token.partition(".")[2]):
        with pytest.raises(BadToken):
            tokens.read_mangled("preferences", text)


def test_a_changed_link_may_have_expired() -> None:
    with time_machine.travel(NOON):
        token = tokens.make("confirm", make_subscriber())
    with pytest.raises(ExpiredToken):
        tokens.read_mangled("confirm", f"{token}>", max_age=DAYS)
