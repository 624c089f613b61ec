"""A mail that arrives is stored once and acted upon once, and only what is proved acts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from newsletter.events.process import process_events
from newsletter.inbound.receive import receive
from newsletter.models import Delivery, DeliveryEvent, InboundMessage
from subscribers.messages import message_id
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.privacy import erase
from tests.factories import make_mail, make_subscriber
from tests.mail.inbound.corpus.free_forms import FREE_FORMS
from tests.mail.inbound.corpus.mails import READER, dsn, postfix, reply
from tests.mail.inbound.corpus.readers import AUTO_REPLIES, COMPLAINTS
from tests.mail.inbound.corpus.reports import REPORTS
from tests.newsletter.inbound.mails import (
    NOW,
    genuine,
    id_of,
    return_path,
    unsubscribe_to,
    without,
)

pytestmark = pytest.mark.django_db
RETURNED: dict[str, tuple[Any, ...]] = {**REPORTS, **FREE_FORMS}
UNKNOWN = postfix("5.1.1", "smtp; 550 5.1.1 User unknown")


def take(raw: bytes, to: str = "", source: str = "lmtp") -> str:
    """Take a mail in, and do what follows."""
    kind = receive(raw, envelope_to=to, source=source, now=NOW)
    process_events(NOW)
    return kind


def state(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    reader = Subscriber.objects.get(email=READER)
    return delivery.state, reader.state


def row() -> InboundMessage:
    return InboundMessage.objects.get()


# ── bounces ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", RETURNED)
def test_what_a_report_says_becomes_an_event(delivery: Delivery, name: str) -> None:
    mail, kind, hardness = RETURNED[name][:3]
    assert take(genuine(mail, delivery)) == kind
    is_bounce = kind == "bounce"
    is_hard = is_bounce and hardness == "hard"
    expected = ("failed" if is_bounce else "sent", "suppressed" if is_hard else "active")
    assert state(delivery) == expected
    event = DeliveryEvent.objects.get()
    assert (event.provider, event.delivery, event.is_hard) == ("smtp", delivery, is_hard)
    assert (event.reject_reason == "sender") == (is_bounce and hardness == "us")
    assert (row().result, row().delivery) == ("event", delivery)


def test_a_hard_bounce_suppresses_its_reader(delivery: Delivery) -> None:
    take(genuine(UNKNOWN, delivery))
    suppression = Suppression.objects.get()
    assert (suppression.reason, suppression.detail) == (
        "hard_bounce",
        "smtp: smtp; 550 5.1.1 User unknown",
    )
    assert delivery.subscriber
    assert state(delivery) == ("failed", "suppressed")
    delivery.refresh_from_db()
    assert delivery.reason == "bounced: there is no such mailbox"


@pytest.mark.parametrize("trace", ["return path", "Message-ID", "link"])
def test_one_genuine_trace_is_enough(delivery: Delivery, trace: str) -> None:
    traces = {
        "return path": return_path(delivery), "Message-ID": id_of(delivery).strip("<>"),
        "link": f"/u/{unsubscribe_to(delivery)[8:44]}",
    }  # fmt: skip
    others = [text for name, text in traces.items() if name != trace]
    take(without(genuine(UNKNOWN, delivery), *others))
    assert state(delivery) == ("failed", "suppressed")


def test_the_envelope_alone_proves_it(delivery: Delivery) -> None:
    mail = b"From: mailer-daemon@example.net\r\nSubject: failed\r\n\r\n550 5.1.1 user unknown\r\n"
    take(mail, return_path(delivery).upper())
    assert state(delivery) == ("failed", "suppressed")


@pytest.mark.parametrize("name", RETURNED)
def test_a_forged_report_changes_nothing(delivery: Delivery, name: str) -> None:
    mail, kind = RETURNED[name][:2]
    assert take(mail) == kind
    assert state(delivery) == ("sent", "active")
    assert not DeliveryEvent.objects.exists()
    assert (row().result, row().delivery) == ("unproved", None)


def test_a_trace_of_another_reader_s_mail_proves_nothing_of_this_one(delivery: Delivery) -> None:
    """The report is about the mail whose trace it has, whatever address it names."""
    eve = make_subscriber("eve@example.net")
    take(genuine(UNKNOWN, delivery).replace(READER.encode(), eve.email.encode()))
    eve.refresh_from_db()
    assert eve.state == "active"
    assert state(delivery) == ("failed", "active")


def test_a_guessed_proof_changes_nothing(delivery: Delivery) -> None:
    path = return_path(delivery)
    take(UNKNOWN, path.replace(path[-20:-15], "00000"))
    take(without(genuine(UNKNOWN, delivery), return_path(delivery), unsubscribe_to(delivery)[8:44],
                 id_of(delivery)[-30:]))  # fmt: skip
    assert state(delivery) == ("sent", "active")


def test_an_address_behind_an_alias_that_is_gone_is_no_dead_reader(delivery: Delivery) -> None:
    take(
        genuine(
            postfix("5.1.1", "smtp; 550 5.1.1 User unknown", recipient="al@x.example"), delivery
        )
    )
    assert state(delivery) == ("failed", "active")


def test_the_same_mailbox_at_a_host_behind_the_domain_is(delivery: Delivery) -> None:
    take(
        genuine(postfix("5.1.1", "smtp; 550 User unknown", recipient="Bob@mx1.x.example"), delivery)
    )
    assert state(delivery) == ("failed", "suppressed")


def test_an_event_from_before_a_new_confirmation_changes_no_address(
    delivery: Delivery, bob: Subscriber
) -> None:
    Subscriber.objects.update(confirmed_at=NOW - timedelta(minutes=5))
    take(genuine(UNKNOWN, delivery))
    assert state(delivery) == ("failed", "active")


def test_a_bounce_of_a_former_address_does_not_end_the_new_one(
    delivery: Delivery, bob: Subscriber
) -> None:
    Subscriber.objects.update(address_changed_at=NOW)
    take(genuine(UNKNOWN, delivery))
    assert state(delivery) == ("sent", "active")
    assert row().result == "nothing"


def test_a_bounce_of_an_erased_reader_is_not_proved(delivery: Delivery, bob: Subscriber) -> None:
    mail = genuine(UNKNOWN, delivery)
    erase(bob)
    assert take(mail) == "bounce"
    assert row().result == "unproved"


def test_a_report_after_a_refusal_in_the_dialogue_counts_once(delivery: Delivery) -> None:
    Delivery.objects.update(state="failed", reason="bounced: there is no such mailbox")
    take(genuine(UNKNOWN, delivery))
    edition = delivery.edition
    tallies = edition.tallies.filter(state="failed").values_list("count", flat=True)
    assert sum(tallies) == 1


def test_a_bounced_confirmation_suppresses_its_address() -> None:
    mail = make_mail(make_subscriber(READER, state="pending"), state="sent")
    own = f"<{message_id(mail)}@papers.example.org>"
    returned = f"Message-ID: {own}\nSubject: Confirm"
    fields = "Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1"
    take(dsn("Failed", fields, returned=returned.replace(own[-40:-30], "0000000000")))
    assert not Suppression.objects.exists()
    take(dsn("Failed", fields, returned=returned))
    assert Suppression.objects.get().reason == "hard_bounce"


# ── complaints ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", COMPLAINTS)
def test_complaints_suppress_and_are_counted_if_they_are_proved(
    delivery: Delivery, name: str
) -> None:
    mail, kind, _ = COMPLAINTS[name]
    take(mail)
    assert state(delivery) == ("sent", "active")
    take(genuine(mail, delivery))
    ends = {"complaint": "suppressed", "unsubscribe": "unsubscribed"}
    assert state(delivery) == ("sent", ends.get(kind, "active"))
    delivery.edition.refresh_from_db()
    assert delivery.edition.complaints == (kind == "complaint")


# ── unsubscribing ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["", "unsubscribe", "anything"])
def test_a_mail_to_the_address_of_the_list_header_unsubscribes(
    delivery: Delivery, text: str
) -> None:
    assert take(reply(text, sender="x@y.example"), unsubscribe_to(delivery)) == "unsubscribe"
    assert state(delivery) == ("sent", "unsubscribed")
    entry = ConsentEntry.objects.get()
    assert (entry.step, entry.user_agent, entry.ip) == ("unsubscribed", "mail", None)
    assert row().result == "left"


def test_its_token_may_be_in_small_letters_if_its_reader_writes(delivery: Delivery) -> None:
    lowered = unsubscribe_to(delivery).lower()
    take(reply("", sender="eve@example.net"), lowered)
    assert state(delivery) == ("sent", "active")
    take(reply(""), lowered)
    assert state(delivery) == ("sent", "unsubscribed")


def test_a_token_that_is_not_genuine_is_left_to_a_person(delivery: Delivery) -> None:
    to = unsubscribe_to(delivery)
    take(reply(""), to.replace(to[-24:-19], "AAAA@"))
    assert state(delivery) == ("sent", "active")
    assert row().result == "forward"


def test_a_token_of_an_erased_reader_asks_for_nothing(delivery: Delivery, bob: Subscriber) -> None:
    to = unsubscribe_to(delivery)
    erase(bob)
    take(reply(""), to)
    assert (row().result, row().raw) == ("nothing", b"")


def test_a_reply_of_the_reader_unsubscribes(delivery: Delivery) -> None:
    assert take(genuine(reply("stop"), delivery)) == "unsubscribe"
    assert state(delivery) == ("sent", "unsubscribed")


@pytest.mark.parametrize(
    "mail", [reply("stop"), reply("stop", sender="eve@example.net")], ids=["no proof", "not theirs"]
)
def test_a_reply_that_may_be_another_person_s_is_forwarded(delivery: Delivery, mail: bytes) -> None:
    if b"eve" in mail:
        mail = genuine(mail, delivery)
    assert take(mail) == "unsubscribe"
    assert state(delivery) == ("sent", "active")
    assert row().result == "forward"


# ── the rest ─────────────────────────────────────────────────────────────────


def test_a_reply_is_kept_until_it_is_forwarded(delivery: Delivery) -> None:
    mail = genuine(reply("Thank you, bob@example.net"), delivery)
    assert take(mail) == "reply"
    found = row()
    assert (found.kind, found.result, bytes(found.raw), found.due_at) == (
        "reply",
        "forward",
        mail,
        NOW,
    )
    assert found.subject == "Re: Sparse attention and two more"


@pytest.mark.parametrize("name", AUTO_REPLIES)
def test_an_automatic_reply_leaves_a_row_and_nothing_else(delivery: Delivery, name: str) -> None:
    assert take(genuine(AUTO_REPLIES[name], delivery)) == "auto_reply"
    assert (row().result, row().raw, row().due_at) == ("nothing", b"", None)
    assert state(delivery) == ("sent", "active")


def test_no_row_holds_an_address(delivery: Delivery) -> None:
    take(genuine(UNKNOWN, delivery))
    take(genuine(reply("hm", subject=f"Re: {READER} and eve@example.net"), delivery))
    InboundMessage.objects.update(raw=b"")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row::text FROM newsletter_inboundmessage AS row")
        assert "@" not in "".join(text for (text,) in cursor.fetchall())


def test_it_returns_the_kind_of_what_is_unreadable() -> None:
    assert take(b"") == "unreadable"
    assert take(b"\x00\xff") == "unreadable"
    assert set(InboundMessage.objects.values_list("result", flat=True)) == {"nothing"}


# ── again, and in another order ──────────────────────────────────────────────


def test_a_mail_that_comes_twice_counts_once(delivery: Delivery) -> None:
    mail = genuine(COMPLAINTS["Yahoo"][0], delivery)
    kinds = [take(mail, source=one) for one in ("imap", "pipe", "lmtp", "webhook")]
    assert kinds == ["complaint"] * 4
    assert row().source == "imap"
    delivery.edition.refresh_from_db()
    assert (delivery.edition.complaints, DeliveryEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_ends_alike(delivery: Delivery, order: tuple[int, ...]) -> None:
    delay = genuine(REPORTS["Postfix, delayed"][0], delivery)
    mails = [delay, genuine(UNKNOWN, delivery), genuine(reply("stop"), delivery)]
    for place in order * 2:
        take(mails[place])
    assert state(delivery) == ("failed", "suppressed")
    assert InboundMessage.objects.count() == 3


class HostileTests(TestCase):
    """Any bytes are taken in."""

    @how(max_examples=50, deadline=None)
    @given(st.binary(max_size=400), st.text(max_size=60))
    def test_any_bytes_are_taken_in(self, raw: bytes, to: str) -> None:
        head = b"From: \xff\x00bob@example.net\r\nSubject: \x00\xed\xa0\x80\r\n\r\n"
        assert receive(head + raw, envelope_to=to, source="pipe", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_take_in_one_mail_act_once(delivery: Delivery) -> None:
    mail = genuine(COMPLAINTS["Yahoo"][0], delivery)
    barrier = Barrier(4)

    def one(_: int) -> str:
        barrier.wait()
        try:
            return receive(mail, source="lmtp", now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(4))) == {"complaint"}
    assert InboundMessage.objects.count() == DeliveryEvent.objects.count() == 1
