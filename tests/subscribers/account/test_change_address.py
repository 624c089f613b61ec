"""Another address: nothing changes before its mailbox agrees, and the old one can undo it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from subscribers import tokens
from subscribers.account.change_address import (
    NotNow,
    cancel_change,
    confirm_change,
    delete_old_changes,
    pending_change,
    request_change,
    undo_change,
)
from subscribers.addresses import address_hash
from subscribers.consent import RequestOrigin
from subscribers.models import (
    AddressChange,
    ConsentEntry,
    Interest,
    Subscriber,
    Suppression,
    TransactionalMail,
)
from subscribers.signup import sign_up
from subscribers.suppress import salted, suppress
from subscribers.unsubscribe import unsubscribe
from tests.factories import make_mail, make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ORIGIN = RequestOrigin(ip="192.0.2.0", user_agent="Lynx")
OLD, NEW = "ada@old.example", "ada@new.example"
State = Subscriber.State
Step = ConsentEntry.Step


def ask(ada: Subscriber, email: str = NEW, now: datetime = NOW) -> AddressChange:
    assert request_change(ada, email, ORIGIN, now)
    return AddressChange.objects.latest("id")


def moved(ada: Subscriber, email: str = NEW, now: datetime = NOW) -> AddressChange:
    change = ask(ada, email, now)
    assert confirm_change(change, ORIGIN, now)
    return change


def mails() -> list[tuple[str, str]]:
    return [(mail.kind, mail.address) for mail in TransactionalMail.objects.order_by("id")]


# ── asking ───────────────────────────────────────────────────────────────────


def test_asking_changes_nothing_and_mails_the_new_address() -> None:
    ada = make_subscriber(OLD)
    change = ask(ada)
    ada.refresh_from_db()
    assert ada.email == OLD
    assert mails() == [("address", NEW)]
    assert pending_change(ada, NOW) == change
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.subscriber, entry.ip) == (Step.MOVE_ASKED, ada, "192.0.2.0")
    assert NEW not in str(entry.detail)


def test_a_second_request_replaces_the_first() -> None:
    ada = make_subscriber(OLD)
    first, second = ask(ada, "typo@new.example"), ask(ada)
    assert pending_change(ada, NOW) == second
    assert mails() == [("address", NEW)]
    with pytest.raises(NotNow, match="ended"):
        confirm_change(first, ORIGIN, NOW)


def test_the_fourth_request_of_a_day_is_refused() -> None:
    ada = make_subscriber(OLD)
    for number in range(3):
        ask(ada, f"ada{number}@new.example")
    assert not request_change(ada, NEW, ORIGIN, NOW)
    assert pending_change(ada, NOW)
    assert request_change(ada, NEW, ORIGIN, NOW + timedelta(days=1))


def test_an_address_with_a_digest_is_told_and_not_moved_to() -> None:
    ada, bob = make_subscriber(OLD), make_subscriber(NEW)
    ask(ada)
    assert mails() == [("in_use", NEW)]
    assert TransactionalMail.objects.get().subscriber == bob


@pytest.mark.parametrize("has_row", [True, False])
def test_a_suppressed_address_gets_no_mail(has_row: bool) -> None:
    suppress(make_subscriber(NEW) if has_row else NEW, Suppression.Reason.COMPLAINT, now=NOW)
    change = ask(make_subscriber(OLD))
    assert mails() == []
    with pytest.raises(NotNow, match="suppressed"):
        confirm_change(change, ORIGIN, NOW)


def test_one_mailbox_gets_three_mails_a_day_whoever_asks() -> None:
    for number in range(5):
        ask(make_subscriber(f"reader{number}@old.example"), f"ada+{number}@new.example")
    assert len(mails()) == 3
    sign_up("ada@new.example", {}, ORIGIN, NOW)
    assert len(mails()) == 3


def test_mails_of_sign_ups_count_too() -> None:
    for number in range(3):
        make_mail(make_subscriber(f"ada+{number}@new.example"), next_attempt_at=NOW)
    ask(make_subscriber(OLD))
    assert "address" not in dict(mails())


def test_the_mail_waits_as_long_as_the_limits_say() -> None:
    request_change(make_subscriber(OLD), NEW, ORIGIN, NOW, delay=timedelta(minutes=5))
    assert TransactionalMail.objects.get().next_attempt_at == NOW + timedelta(minutes=5)


# ── cancelling ───────────────────────────────────────────────────────────────


def test_a_cancelled_change_cannot_be_confirmed_and_its_mail_does_not_leave() -> None:
    ada = make_subscriber(OLD)
    change = ask(ada)
    assert cancel_change(ada, LATER)
    assert (pending_change(ada, LATER), mails()) == (None, [])
    with pytest.raises(NotNow, match="ended"):
        confirm_change(change, ORIGIN, LATER)
    assert not cancel_change(ada, LATER)


def test_a_change_of_another_reader_stays() -> None:
    ada, bob = make_subscriber(OLD), make_subscriber("bob@old.example")
    ask(bob)
    assert not cancel_change(ada, LATER)
    assert pending_change(bob, LATER)
    assert mails() == [("address", NEW)]


def test_a_change_waits_as_long_as_its_link_works() -> None:
    ada = make_subscriber(OLD)
    ask(ada)
    assert pending_change(ada, NOW + timedelta(days=2, seconds=-1))
    assert not pending_change(ada, NOW + timedelta(days=2))


# ── confirming ───────────────────────────────────────────────────────────────


def test_confirming_moves_all_of_the_subscription_and_tells_the_old_address() -> None:
    ada = make_subscriber(OLD, next_send_at=NOW, cadence="daily")
    Interest.objects.create(subscriber=ada, kind=Interest.Kind.KEYWORD, term="diffusion")
    secret = ada.secret
    change = ask(ada)
    assert confirm_change(change, ORIGIN, LATER)
    ada.refresh_from_db()
    assert (ada.email, ada.state, ada.cadence, ada.next_send_at) == (NEW, "active", "daily", NOW)
    assert (ada.address_changed_at, ada.confirmed_at, ada.secret) == (LATER, LATER, secret)
    assert ada.interests.get().term == "diffusion"
    assert mails() == [("address", NEW), ("moved", OLD)]
    entry = ConsentEntry.objects.latest("id")
    assert (entry.step, entry.address_hash) == (Step.MOVED, address_hash(NEW))


def test_confirming_twice_changes_and_mails_nothing_more() -> None:
    ada = make_subscriber(OLD)
    change = moved(ada)
    assert not confirm_change(change, ORIGIN, LATER)
    assert len(mails()) == 2


def test_old_links_to_the_page_and_the_feed_end() -> None:
    ada = make_subscriber(OLD)
    old = [tokens.make("preferences", ada), tokens.make("feed", ada)]
    moved(ada)
    for purpose, token in zip(("preferences", "feed"), old, strict=True):
        with pytest.raises(tokens.BadToken):
            tokens.read(purpose, token)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [State.PENDING, State.UNSUBSCRIBED])
def test_a_row_without_digests_at_the_new_address_gives_way(state: str) -> None:
    ada, other = make_subscriber(OLD), make_subscriber(NEW, state=state)
    make_mail(other)
    moved(ada)
    assert Subscriber.objects.get() == ada
    ada.refresh_from_db()
    assert ada.email == NEW
    assert ConsentEntry.objects.filter(subscriber=ada, ip="192.0.2.0").count() == 2


def test_an_address_that_got_a_digest_since_is_left_alone() -> None:
    ada = make_subscriber(OLD)
    change = ask(ada)
    bob = make_subscriber(NEW)
    with pytest.raises(NotNow, match="in_use"), transaction.atomic():
        confirm_change(change, ORIGIN, LATER)
    ada.refresh_from_db()
    change.refresh_from_db()
    assert (ada.email, change.confirmed_at, bob.email) == (OLD, None, NEW)
    assert mails() == [("address", NEW)]


def test_who_left_meanwhile_is_not_moved() -> None:
    ada = make_subscriber(OLD)
    change = ask(ada)
    unsubscribe(ada, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=NOW)
    with pytest.raises(NotNow, match="ended"):
        confirm_change(change, ORIGIN, LATER)
    ada.refresh_from_db()
    assert (ada.email, ada.state) == (OLD, State.UNSUBSCRIBED)


def test_a_suppressed_old_address_is_not_told() -> None:
    ada = make_subscriber(OLD)
    change = ask(ada)
    Suppression.objects.create(
        address_hash=salted([address_hash(OLD)])[0], reason="soft_bounces", at=NOW
    )
    assert confirm_change(change, ORIGIN, LATER)
    assert mails() == [("address", NEW)]


# ── undoing ──────────────────────────────────────────────────────────────────


def test_undoing_gives_the_old_address_back_and_ends_the_links_of_the_new_one() -> None:
    ada = make_subscriber(OLD)
    change = moved(ada)
    ada.refresh_from_db()
    taken, old = tokens.make("preferences", ada), ada.address_changed_at
    assert undo_change(change, ORIGIN, LATER)
    ada.refresh_from_db()
    assert (ada.email, ada.state) == (OLD, State.ACTIVE)
    assert ada.address_changed_at == LATER != old
    with pytest.raises(tokens.BadToken):
        tokens.read("preferences", taken)
    assert ConsentEntry.objects.latest("id").step == Step.MOVED_BACK
    assert not undo_change(change, ORIGIN, LATER)


def test_one_undo_takes_back_every_later_change() -> None:
    ada = make_subscriber(OLD)
    first = moved(ada)
    second = moved(ada, "thief@new.example", LATER)
    ask(ada, "other@new.example", LATER)
    assert undo_change(first, ORIGIN, LATER)
    ada.refresh_from_db()
    assert (ada.email, pending_change(ada, LATER)) == (OLD, None)
    with pytest.raises(NotNow, match="ended"):
        undo_change(second, ORIGIN, LATER)


def test_what_was_never_made_cannot_be_undone() -> None:
    ada = make_subscriber(OLD)
    change = ask(ada)
    with pytest.raises(NotNow, match="ended"):
        undo_change(change, ORIGIN, LATER)


def test_an_old_address_with_a_digest_of_its_own_keeps_it() -> None:
    ada = make_subscriber(OLD)
    change = moved(ada)
    make_subscriber(OLD)
    with pytest.raises(NotNow, match="in_use"), transaction.atomic():
        undo_change(change, ORIGIN, LATER)
    ada.refresh_from_db()
    assert ada.email == NEW


def test_an_undo_to_a_suppressed_address_is_refused() -> None:
    ada = make_subscriber(OLD)
    change = moved(ada)
    suppress(OLD, Suppression.Reason.COMPLAINT, now=NOW)
    with pytest.raises(NotNow, match="suppressed"):
        undo_change(change, ORIGIN, LATER)


def test_a_complaint_about_the_new_address_ends_nothing_at_the_old_one() -> None:
    ada = make_subscriber(OLD)
    change = moved(ada)
    suppress(NEW, Suppression.Reason.COMPLAINT, now=NOW)
    assert undo_change(change, ORIGIN, LATER)
    ada.refresh_from_db()
    assert (ada.email, ada.state) == (OLD, State.ACTIVE)
    assert ada.next_send_at is not None
    assert ada.next_send_at > LATER


def test_who_left_at_the_new_address_has_left_at_the_old_one() -> None:
    ada = make_subscriber(OLD)
    change = moved(ada)
    ada.refresh_from_db()
    unsubscribe(ada, step=Step.UNSUBSCRIBED, origin=ORIGIN, now=LATER)
    suppress(NEW, Suppression.Reason.COMPLAINT, now=LATER)
    assert undo_change(change, ORIGIN, LATER)
    ada.refresh_from_db()
    assert (ada.email, ada.state, ada.next_send_at) == (OLD, State.UNSUBSCRIBED, None)


# ── deleting what is over ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("days", "left"), [(2, {"waiting", "made"}), (4, {"made"}), (14, {"made"}), (16, set())]
)
def test_changes_are_deleted_after_their_links_end(days: int, left: set[str]) -> None:
    waiting, made = make_subscriber("waiting@old.example"), make_subscriber("made@old.example")
    ask(waiting, "a@new.example")
    moved(made, "b@new.example")
    delete_old_changes(NOW + timedelta(days=days))
    found = AddressChange.objects.values_list("old_email", flat=True)
    assert {one.partition("@")[0] for one in found} == left
