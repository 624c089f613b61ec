"""Deliveries from dispatch to their last state, sent through a real SMTP server."""

import socket
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone
from pytest_django import Settings

from mail.factory import open_transport
from newsletter.delivery import deliver as delivering
from newsletter.delivery import ledger
from newsletter.delivery.queueing.dispatch import dispatch_due
from newsletter.delivery.types import Result
from newsletter.editions.compose import compose
from newsletter.models import Delivery, DigestContent, Edition
from papers.models import Paper, Topic
from subscribers.models import Interest, Subscriber, Suppression
from subscribers.suppress import suppress
from tests.factories import (
    DAY,
    make_batch,
    make_burst,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)
LEASE = timedelta(minutes=5)


class Sink:
    """Accepts mail, but for the addresses in `replies`, each with its reply."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.replies: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.replies:
            return self.replies[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 2.0.0 OK queued as 4711"

    def to(self, subscriber: Subscriber) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == subscriber.email]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    handler = Sink()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL_PROVIDER = "smtp"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
    yield handler
    server.stop()


@pytest.fixture
def papers() -> list[Paper]:
    """Eight papers of one week: even ones of robotics, odd ones of speech, the last on top."""
    topics = [Topic.objects.get(slug="robotics"), Topic.objects.get(slug="speech-audio")]
    made = [make_paper(f"Paper {number}") for number in range(8)]
    for number, paper in enumerate(made):
        make_paper_topic(paper, topics[number % 2])
        make_signal(paper, 5.0 * number + 1, read_at=datetime(2025, 3, 14, 20, tzinfo=UTC))
    return made


@pytest.fixture
def edition(papers: Sequence[Paper]) -> Edition:
    return compose("weekly", DAY, NOW)


def make_reader(*topics: str, **values: Any) -> Subscriber:
    reader = make_subscriber(**{"weekday": 5, "hour": 9, "next_send_at": NOW, **values})
    for slug in topics:
        Interest.objects.create(subscriber=reader, topic=Topic.objects.get(slug=slug))
    return reader


def dispatch(now: datetime) -> None:
    for _ in dispatch_due("weekly", now):
        pass


def deliver(edition: Edition) -> None:
    until = timezone.now() + timedelta(minutes=1)
    with open_transport() as transport:
        assert delivering.deliver(make_batch(edition), until, transport) is None


def send(edition: Edition, now: datetime = NOW) -> None:
    dispatch(now)
    deliver(edition)


def delivery_of(reader: Subscriber) -> Delivery:
    return Delivery.objects.get(subscriber=reader)


def titles(mail: EmailMessage) -> set[str]:
    text = mail.get_body(["plain"]).get_content()  # type: ignore[union-attr]
    lines = [line.split(maxsplit=1)[-1] for line in text.splitlines() if line]
    return {f"Paper {number}" for number in range(8)} & set(lines)


def test_a_due_subscriber_receives_one_mail_and_is_recorded(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    send(edition)
    assert len(sink.mails) == 1
    delivery = delivery_of(reader)
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")
    assert delivery.sent_at is not None
    assert delivery.fence is None


def test_the_ledger_stores_the_servers_id_of_the_mail(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    send(edition)
    assert "queued as 4711" in delivery_of(reader).provider_id


def test_the_time_of_the_last_digest_is_stored(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    send(edition)
    reader.refresh_from_db()
    assert reader.last_digest_at is not None


def test_subscribers_of_different_topics_get_different_papers(sink: Sink, edition: Edition) -> None:
    robots, speech = make_reader("robotics"), make_reader("speech-audio")
    send(edition)
    [robot_mail], [speech_mail] = sink.to(robots), sink.to(speech)
    assert titles(robot_mail) == {"Paper 0", "Paper 2", "Paper 4", "Paper 6"}
    assert titles(speech_mail) == {"Paper 1", "Paper 3", "Paper 5", "Paper 7"}


def test_the_paper_with_the_highest_trend_is_the_subject(sink: Sink, edition: Edition) -> None:
    make_reader()
    send(edition)
    assert sink.mails[0]["Subject"] == "Paper 7, and 7 more papers"


def test_a_message_has_all_headers_of_list_mail(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    send(edition)
    [mail] = sink.mails
    assert mail["To"] == reader.email
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].strip().startswith("<http://localhost:8000/u/")
    for header in ("Message-ID", "Date", "From", "List-Id", "Subject"):
        assert len(mail.get_all(header)) == 1  # type: ignore[arg-type]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_paper_that_was_sent_before_is_not_repeated(sink: Sink, edition: Edition) -> None:
    reader = make_reader("robotics", digest_size=2)
    send(edition)
    tomorrow = NOW + timedelta(days=1)
    Subscriber.objects.update(next_send_at=tomorrow)
    send(compose("weekly", DAY + timedelta(days=1), tomorrow), tomorrow)
    first, second = map(titles, sink.to(reader))
    assert (first, second) == ({"Paper 6", "Paper 4"}, {"Paper 2", "Paper 0"})


def test_it_skips_a_subscriber_with_nothing_new(sink: Sink, edition: Edition) -> None:
    reader = make_reader("graphs")
    send(edition)
    assert sink.mails == []
    delivery = delivery_of(reader)
    assert (delivery.state, delivery.reason) == ("skipped", "no new papers in your topics")


def test_a_subscriber_who_left_after_dispatch_gets_nothing(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    dispatch(NOW)
    Subscriber.objects.update(state="unsubscribed", next_send_at=None)
    send(edition)
    assert sink.mails == []
    assert delivery_of(reader).reason == "unsubscribed before it was sent"


def test_an_address_suppressed_after_dispatch_gets_nothing(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    dispatch(NOW)
    suppress(reader, Suppression.Reason.HARD_BOUNCE, now=NOW)
    send(edition)
    assert (sink.mails, delivery_of(reader).reason) == ([], "suppressed: hard bounce")


def test_the_row_of_a_deleted_subscriber_has_that_reason(sink: Sink, edition: Edition) -> None:
    make_reader()
    dispatch(NOW)
    Delivery.objects.update(subscriber=None)
    send(edition)
    assert Delivery.objects.get().reason == "the subscriber was deleted"


def test_sample_subscribers_get_mail_in_the_local_mailbox_only(
    sink: Sink, edition: Edition, settings: Settings
) -> None:
    settings.MAILBOX_DIR = ""
    reader = make_reader(is_sample=True)
    send(edition)
    assert (sink.mails, delivery_of(reader).state) == ([], "skipped")


def test_a_refused_message_fails_and_the_next_is_sent(sink: Sink, edition: Edition) -> None:
    refused, served = make_reader(), make_reader()
    sink.replies[refused.email] = "550 5.7.1 not here"
    send(edition)
    assert (delivery_of(refused).state, delivery_of(served).state) == ("failed", "sent")
    assert "not here" in delivery_of(refused).error


def test_an_address_without_a_mailbox_is_suppressed(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    sink.replies[reader.email] = "550 5.1.1 no such user"
    send(edition)
    reader.refresh_from_db()
    assert (reader.state, Suppression.objects.get().reason) == ("suppressed", "hard_bounce")


def test_a_second_attempt_sends_the_same_message(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    sink.replies[reader.email] = "451 4.7.1 try later"
    send(edition)
    deferred = delivery_of(reader)
    assert (deferred.state, deferred.next_attempt_at > timezone.now()) == ("deferred", True)
    sink.replies.clear()
    Delivery.objects.update(next_attempt_at=timezone.now())
    deliver(edition)
    sent = delivery_of(reader)
    assert (sent.state, sent.attempts, sent.picks) == ("sent", 2, deferred.picks)
    assert sent.content.dated_at == deferred.content.dated_at


def test_a_deferred_digest_without_its_key_is_skipped_alone(sink: Sink, edition: Edition) -> None:
    one, other = make_reader(), make_reader()
    sink.replies[one.email] = "451 4.7.1 try later"
    sink.replies[other.email] = "451 4.7.1 try later"
    send(edition)
    sink.replies.clear()
    Delivery.objects.update(next_attempt_at=timezone.now())
    DigestContent.objects.filter(delivery__subscriber=one).update(key_id="0" * 8)
    deliver(edition)
    assert delivery_of(other).state == "sent"
    assert (delivery_of(one).state, delivery_of(one).reason) == (
        "skipped",
        "the key of its links is no longer in the settings",
    )


def test_a_paper_that_was_frozen_broken_fails_no_digest(sink: Sink, edition: Edition) -> None:
    top = edition.candidates.get(position=1)
    top.html = top.html.replace("Paper 7", "\ue003 Paper 7")
    top.save()
    readers = [make_reader(), make_reader("speech-audio")]
    send(edition)
    assert {delivery_of(reader).state for reader in readers} == {"sent"}
    assert [titles(mail) for mail in sink.to(readers[1])] == [{"Paper 1", "Paper 3", "Paper 5"}]


def test_a_deferred_digest_that_cannot_be_rendered_ends_alone(sink: Sink, edition: Edition) -> None:
    one, other = make_reader(), make_reader()
    sink.replies[one.email] = sink.replies[other.email] = "451 4.7.1 try later"
    send(edition)
    sink.replies.clear()
    Delivery.objects.update(next_attempt_at=timezone.now())
    contents = DigestContent.objects.filter(delivery__subscriber=one)
    contents.update(positions=[99], papers=[99], reasons=["of a paper that is no longer there"])
    deliver(edition)
    assert delivery_of(other).state == "sent"
    assert (delivery_of(one).state, delivery_of(one).reason) == (
        "skipped",
        "could not be rendered: an error of ours",
    )


def test_a_deferred_mail_is_not_sent_before_it_is_due(sink: Sink, edition: Edition) -> None:
    reader = make_reader()
    sink.replies[reader.email] = "451 4.7.1 try later"
    send(edition)
    deliver(edition)
    assert delivery_of(reader).attempts == 1


def test_an_unreachable_server_defers_all_mail(edition: Edition, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    readers = [make_reader(), make_reader()]
    send(edition)
    assert {delivery_of(reader).state for reader in readers} == {"deferred"}


def test_a_claimed_row_is_not_claimed_twice(edition: Edition) -> None:
    make_reader()
    dispatch(NOW)
    first = ledger.claim(make_batch(edition), NOW, 50, LEASE, uuid.uuid4())
    second = ledger.claim(make_batch(edition), NOW, 50, LEASE, uuid.uuid4())
    assert (len(first), second) == (1, [])


def test_an_expired_claim_is_claimed_again(edition: Edition) -> None:
    make_reader()
    dispatch(NOW)
    first = ledger.claim(make_batch(edition), NOW, 50, LEASE, uuid.uuid4())
    later = NOW + timedelta(minutes=6)
    again = ledger.claim(make_batch(edition), later, 50, LEASE, uuid.uuid4())
    assert [row.id for row in first] == [row.id for row in again]


def test_a_worker_whose_lease_expired_sends_nothing(edition: Edition) -> None:
    """Its rows are under another fence, so that none can be marked."""
    make_reader()
    dispatch(NOW)
    old_fence = uuid.uuid4()
    claimed = ledger.claim(make_batch(edition), NOW, 50, LEASE, old_fence)
    ledger.claim(make_batch(edition), NOW + timedelta(minutes=6), 50, LEASE, uuid.uuid4())
    assert ledger.mark_sending(edition.pk, old_fence, make_burst(claimed), NOW) == set()


def test_an_outcome_after_the_lease_changes_nothing(edition: Edition) -> None:
    reader = make_reader()
    dispatch(NOW)
    Delivery.objects.update(state="uncertain")
    late = Result(delivery_of(reader).pk, "sent", "", "", "", NOW)
    ledger.record_outcomes(edition.pk, uuid.uuid4(), [late], NOW)
    assert delivery_of(reader).state == "uncertain"
