"""The event that a report is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mail.inbound.incoming import Failure, Incoming
from newsletter.inbound.act import detail_of, event_row, may_unsubscribe
from newsletter.inbound.prove import Proved
from newsletter.models import Delivery, DeliveryEvent, Edition
from subscribers.models import Subscriber
from tests.factories import NOON
from tests.newsletter.inbound.mails import NOW

BOB = Subscriber(pk=1, email="bob@example.net")
SENT = Delivery(pk=7, subscriber=BOB, edition=Edition(pk=1), created_at=NOON)
GONE = Failure("bob@example.net", "", "failed", "5.1.1", "550 5.1.1 unknown", "hard")
FULL = Failure("bob@example.net", "", "failed", "4.2.2", "452 4.2.2 full", "soft")
MAIL = Incoming("bounce", dated_at=NOON + timedelta(minutes=1), fingerprint="f", failures=(GONE,))


def row(mail: Incoming = MAIL, proved: Proved | None = None) -> DeliveryEvent:
    event = event_row(mail, proved or Proved(BOB, SENT), NOW)
    assert event
    return event


def test_an_event_is_that_of_a_provider_named_smtp() -> None:
    event = row()
    assert (event.provider, event.kind, event.delivery_id, event.recipient) == (
        "smtp", "bounced", 7, BOB.email,
    )  # fmt: skip
    assert (event.is_hard, event.reject_reason, event.detail) == (
        True, "invalid", "550 5.1.1 unknown",
    )  # fmt: skip
    assert (event.occurred_at, event.received_at, event.due_at) == (MAIL.dated_at, NOW, NOW)
    assert len(event.fingerprint) == 32


@pytest.mark.parametrize(
    ("failures", "is_hard", "reason"),
    [
        ((), False, "other"),
        ((FULL,), False, "timed_out"),
        ((replace(FULL, status="5.2.2"),), False, "other"),
        ((replace(GONE, hardness="us"),), False, "sender"),
        ((FULL, GONE), True, "invalid"),
        ((replace(GONE, recipient=""),), True, "invalid"),
        ((replace(GONE, recipient="", original="Bob@Example.net"),), True, "invalid"),
        ((replace(GONE, recipient="bob+news@mx.example.com"),), True, "invalid"),
        ((replace(GONE, recipient="carol@example.net"),), False, "other"),
        ((replace(GONE, recipient="carol@example.net"), FULL), False, "timed_out"),
        ((replace(GONE, action="delivered"), FULL), False, "timed_out"),
    ],
)
def test_the_reader_s_own_address_counts(
    failures: tuple[Failure, ...], is_hard: bool, reason: str
) -> None:
    event = row(replace(MAIL, failures=failures))
    assert (event.is_hard, event.reject_reason) == (is_hard, reason)


@pytest.mark.parametrize(
    ("kind", "action", "expected"),
    [
        ("delay", "delayed", "deferred"),
        ("delivered", "delivered", "delivered"),
        ("delivered", "relayed", "sent"),
        ("delivered", "expanded", "sent"),
        ("complaint", "", "complained"),
        ("unsubscribe", "", "unsubscribed"),
    ],
)
def test_each_kind_of_report_is_a_kind_of_event(kind: str, action: str, expected: str) -> None:
    mail = replace(MAIL, kind=kind, failures=(Failure(action=action),))  # type: ignore[arg-type]
    event = row(mail)
    assert (event.kind, event.is_hard, event.reject_reason) == (expected, False, "")


def test_a_time_lies_between_the_delivery_and_now() -> None:
    early, late = NOON - timedelta(days=9), NOW + timedelta(days=9)
    assert row(replace(MAIL, dated_at=early)).occurred_at == NOON
    assert row(replace(MAIL, dated_at=late)).occurred_at == NOW
    assert row(replace(MAIL, dated_at=None)).occurred_at == NOW


def test_a_mail_to_a_former_address_is_no_event() -> None:
    moved = Subscriber(pk=1, email="bob@new.example", address_changed_at=NOW)
    assert event_row(MAIL, Proved(moved, None), NOW) is None


def test_what_a_server_said_is_kept_without_addresses() -> None:
    said = replace(GONE, reply="550 <bob@example.net> and eve@x.example unknown\x00")
    assert detail_of(MAIL, [said], BOB.email) == "5.1.1 550 <…> and … unknown\ufffd"
    assert detail_of(replace(MAIL, note="abuse"), []) == "abuse"


def test_a_reply_unsubscribes_its_writer_only() -> None:
    proved = Proved(BOB, SENT)
    assert may_unsubscribe(replace(MAIL, sender="BOB@example.net"), proved)
    assert not may_unsubscribe(replace(MAIL, sender="eve@example.net"), proved)
    assert not may_unsubscribe(replace(MAIL, sender=""), proved)
