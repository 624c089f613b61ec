"""An unsubscription is taken back within the hour, and only then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from subscribers import tokens
from subscribers.account.pause import pause
from subscribers.account.undo_unsubscribe import WITHIN, undo_unsubscribe
from subscribers.confirm import confirm
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.preferences import preferences_of
from subscribers.suppress import suppress
from subscribers.unsubscribe import unsubscribe
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SLOT = datetime(2026, 11, 27, 8, tzinfo=UTC)
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
State = Subscriber.State
Step = ConsentEntry.Step


def leave(ada: Subscriber, now: datetime = NOW) -> None:
    assert unsubscribe(ada, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=now)


def make_reader(**values: Any) -> Subscriber:
    return make_subscriber(confirmed_at=NOW, next_send_at=SLOT, **values)


def test_everything_is_as_before_links_too() -> None:
    ada = make_reader()
    feed = tokens.make("feed", ada)
    leave(ada)
    assert undo_unsubscribe(ada, ORIGIN, NOW + WITHIN)
    ada.refresh_from_db()
    assert (ada.state, ada.next_send_at, ada.unsubscribed_at) == (State.ACTIVE, SLOT, None)
    assert tokens.read("feed", feed) == ada
    assert ConsentEntry.objects.latest("id").step == Step.RETURNED


def test_links_of_a_second_subscription_work_again_and_those_of_the_first_do_not() -> None:
    ada = make_reader()
    first = tokens.make("feed", ada)
    leave(ada, NOW - timedelta(days=30))
    confirm(ada, preferences_of(ada), ORIGIN, NOW - timedelta(days=20))
    second = tokens.make("feed", ada)
    leave(ada)
    assert undo_unsubscribe(ada, ORIGIN, NOW)
    assert tokens.read("feed", second) == ada
    with pytest.raises(tokens.BadToken):
        tokens.read("feed", first)


def test_a_pause_is_still_one() -> None:
    ada = make_reader()
    pause(ada, date(2026, 12, 20), ORIGIN, NOW)
    due = ada.next_send_at
    leave(ada)
    undo_unsubscribe(ada, ORIGIN, NOW)
    assert (ada.paused_until, ada.next_send_at) == (date(2026, 12, 20), due)


def test_a_new_confirmation_ends_a_pause_of_before() -> None:
    ada = make_reader()
    pause(ada, date(2026, 12, 20), ORIGIN, NOW)
    leave(ada)
    confirm(ada, preferences_of(ada), ORIGIN, NOW)
    assert (ada.paused_until, ada.next_send_at) == (None, SLOT)


def test_who_had_not_confirmed_has_to_do_that_still() -> None:
    ada = make_subscriber(state=State.PENDING)
    leave(ada)
    assert undo_unsubscribe(ada, ORIGIN, NOW)
    ada.refresh_from_db()
    assert (ada.state, ada.next_send_at) == (State.PENDING, None)


def test_after_an_hour_it_is_final() -> None:
    ada = make_reader()
    leave(ada)
    assert not undo_unsubscribe(ada, ORIGIN, NOW + WITHIN + timedelta(seconds=1))
    ada.refresh_from_db()
    assert (ada.state, ada.next_send_at, ada.unsubscribed_at) == (State.UNSUBSCRIBED, None, NOW)


def test_an_active_subscriber_has_nothing_to_take_back() -> None:
    ada = make_reader()
    assert not undo_unsubscribe(ada, ORIGIN, NOW)
    assert not ConsentEntry.objects.exists()


def test_an_address_that_was_suppressed_since_stays_so() -> None:
    ada = make_reader()
    leave(ada)
    suppress(ada, Suppression.Reason.COMPLAINT, now=NOW)
    assert not undo_unsubscribe(ada, ORIGIN, NOW)
    Subscriber.objects.update(state=State.UNSUBSCRIBED)  # its hash alone is enough
    assert not undo_unsubscribe(ada, ORIGIN, NOW)
    ada.refresh_from_db()
    assert ada.next_send_at is None


def test_a_link_belongs_to_one_unsubscription() -> None:
    ada = make_reader()
    leave(ada)
    link = tokens.make("undo", ada)
    assert tokens.read("undo", link) == ada
    undo_unsubscribe(ada, ORIGIN, NOW)
    leave(ada, NOW + timedelta(minutes=1))
    with pytest.raises(tokens.BadToken):
        tokens.read("undo", link)


def test_by_the_mail_it_works_for_two_weeks() -> None:
    ada = make_reader()
    leave(ada)
    late, within = NOW + tokens.RETURN_WITHIN, tokens.RETURN_WITHIN
    assert not undo_unsubscribe(ada, ORIGIN, late + timedelta(seconds=1), within=within)
    assert undo_unsubscribe(ada, ORIGIN, late, within=within)
    assert ada.state == State.ACTIVE


def test_a_goodbye_that_waits_is_taken_back() -> None:
    ada = make_reader()
    leave(ada)
    assert ada.mails.get().kind == "goodbye"
    undo_unsubscribe(ada, ORIGIN, NOW)
    assert not ada.mails.exists()
