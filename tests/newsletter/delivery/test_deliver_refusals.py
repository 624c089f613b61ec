"""A refusal that is about us fails no digest: the edition is paused with the server's words."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import Settings

from mail.relay import relay_state
from newsletter.delivery.pause import resume
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber, Suppression
from tests.mail.smtp.bursts import reply_at, strict_sink
from tests.newsletter.delivery.sendable import make_all_due, make_sendable, send, states

pytestmark = pytest.mark.django_db
MAILS = 20


@pytest.fixture
def edition(settings: Settings) -> Edition:
    settings.SMTP_CONNECTIONS = 2
    return make_sendable(MAILS)


@pytest.mark.parametrize(
    ("verb", "reply", "words"),
    [
        ("RCPT", "504 5.5.2 <web-1>: Helo command rejected: need fully-qualified hostname", "EHLO"),
        ("RCPT", "450 4.7.1 <papers>: Helo command rejected: Host not found", "EHLO"),
        ("RCPT", "454 4.7.1 Relay access denied", "does not send mail to other domains"),
        ("RCPT", "554 5.7.1 Relay access denied", "does not send mail to other domains"),
        ("RCPT", "554 5.7.1 Client host [192.0.2.7] blocked using zen.example", "block list"),
        ("RCPT", "550 5.7.1 Sender address rejected: not owned", "MAIL_FROM"),
        ("MAIL", "550 5.1.8 Sender address rejected: Domain not found", "MAIL_FROM"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first", "EMAIL_USE_TLS"),
        ("end", "550 5.7.26 this mail is unauthenticated", "SPF, DKIM or DMARC"),
        ("end", "554 Message rejected: Email address is not verified", "MAIL_FROM"),
        ("RCPT", "554 5.7.1 no", "each mail is refused with the same words"),
        ("RCPT", "550 5.1.1 User unknown", "each mail is refused with the same words"),
        ("DATA", "554 5.5.1 Error", "each mail is refused with the same words"),
        ("greeting", "554 5.7.1 your IP is blocked", "block list"),
    ],
)
def test_no_digest_fails_and_the_edition_is_paused_at_once(
    edition: Edition, settings: Settings, verb: str, reply: str, words: str
) -> None:
    with strict_sink(reply_at(verb, reply)) as sink:
        send(edition, sink, settings)
        edition.refresh_from_db()
        assert states() == {"deferred": MAILS}
        assert words in edition.pause_reason
        assert reply in edition.pause_reason
        assert not Suppression.objects.exists()
        assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}
        sink.rule = reply_at("none", "")
        resume(edition.pk, timezone.now())
        send(edition, sink, settings)
    assert states() == {"sent": MAILS}
    assert len({mail.to for mail in sink.mails}) == len(sink.mails) == MAILS


def test_the_reason_on_the_ledger_is_true(edition: Edition, settings: Settings) -> None:
    with strict_sink(reply_at("RCPT", "554 5.7.1 Relay access denied")) as sink:
        send(edition, sink, settings)
    assert set(Delivery.objects.values_list("reason", flat=True)) == {
        "refused because of us, not of this reader"
    }
    state = relay_state()
    assert state
    assert "Relay access denied" in state.refusal


def test_the_reason_of_a_pause_names_no_reader(edition: Edition, settings: Settings) -> None:
    with strict_sink(reply_at("RCPT", "554 5.7.1 <ada@example.com>: Relay access denied")) as sink:
        send(edition, sink, settings)
    edition.refresh_from_db()
    assert "<…>: Relay access denied" in edition.pause_reason


@pytest.mark.parametrize("reply", ["554 5.7.1 Relay access denied", "550 5.7.1 no"])
def test_a_domain_that_the_relay_refuses_holds_up_no_other(
    edition: Edition, settings: Settings, reply: str
) -> None:
    few = list(Subscriber.objects.order_by("pk")[:6])
    for number, one in enumerate(few):
        one.email = f"reader{number}@corp.example"
        one.save()
    with strict_sink(
        lambda at: reply if at.verb == "RCPT" and at.to.endswith("@corp.example") else None
    ) as sink:
        for _ in range(2):
            send(edition, sink, settings)
            make_all_due()
    edition.refresh_from_db()
    assert (states(), edition.paused_at) == ({"sent": MAILS - 6, "deferred": 6}, None)
    assert not Suppression.objects.exists()
    refused = Delivery.objects.filter(state="deferred")
    assert {one.subscriber_id for one in refused} == {one.pk for one in few}


@pytest.mark.parametrize("reply", ["554 5.7.1 Relay access denied", "554 5.7.1 no"])
def test_a_relay_that_takes_one_of_ten_fails_none_and_pauses(
    edition: Edition, settings: Settings, reply: str
) -> None:
    taken = {one.email for one in Subscriber.objects.order_by("pk")[:2]}
    with strict_sink(
        lambda at: reply if at.verb == "RCPT" and at.to not in taken else None
    ) as sink:
        send(edition, sink, settings)
    edition.refresh_from_db()
    assert states() == {"sent": 2, "deferred": MAILS - 2}
    assert reply in edition.pause_reason


@pytest.mark.parametrize("reply", ["554 5.7.1 no", "554 5.7.1 Client host [192.0.2.7] blocked"])
def test_one_reader_whose_server_refuses_fails_alone(
    edition: Edition, settings: Settings, reply: str
) -> None:
    to = edition.deliveries.order_by("pk")[3].subscriber
    assert to
    with strict_sink(lambda at: reply if (at.verb, at.to) == ("RCPT", to.email) else None) as sink:
        send(edition, sink, settings)
    edition.refresh_from_db()
    assert (states(), edition.paused_at) == ({"sent": MAILS - 1, "failed": 1}, None)


def test_a_setting_that_stays_wrong_never_fails_a_digest(
    edition: Edition, settings: Settings
) -> None:
    with strict_sink(reply_at("RCPT", "554 5.7.1 Relay access denied")) as sink:
        for _ in range(settings.MAX_ATTEMPTS + 2):
            send(edition, sink, settings)
            resume(edition.pk, timezone.now())
            make_all_due()
    assert states() == {"deferred": MAILS}


@pytest.mark.parametrize("burst_size", [1, 3, 7])
def test_small_bursts_fail_no_digest_either(settings: Settings, burst_size: int) -> None:
    settings.BURST_SIZE, settings.SMTP_CONNECTIONS = burst_size, 1
    edition = make_sendable(MAILS)
    with strict_sink(reply_at("RCPT", "554 5.7.1 no")) as sink:
        send(edition, sink, settings)
    edition.refresh_from_db()
    assert set(states()) <= {"deferred", "queued"}
    assert edition.paused_at is not None
