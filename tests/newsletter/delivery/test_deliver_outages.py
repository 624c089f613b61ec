"""The database restarts, or the time is over, in the middle of a batch: no outcome is lost."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from pytest_django import Settings

from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from newsletter.delivery import ledger
from newsletter.delivery.deliver import deliver
from newsletter.delivery.sweep import expire_leases
from newsletter.delivery.types import Batch
from newsletter.editions.keys import current_key_id
from newsletter.models import Delivery, Edition, StoredPick, Tally
from subscribers.models import Subscriber, Suppression
from tests.factories import (
    make_batch,
    make_burst,
    make_candidate,
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)

pytestmark = pytest.mark.django_db(transaction=True)
MAILS = 5
FACTS = {
    "title": "A study",
    "summary": "",
    "authors": [],
    "upvotes_window_gain": 3,
    "since": "since Friday",
    "stars": 0,
}


@pytest.fixture
def edition(settings: Settings) -> Edition:
    """A frozen edition of two papers with five waiting deliveries, two in a burst."""
    settings.BURST_SIZE = 2
    made = make_edition()
    for _ in range(2):
        make_candidate(made, make_paper(), facts=FACTS, topics={"robotics": 1.0})
    for _ in range(MAILS):
        make_delivery(made, make_subscriber())
    return made


def cut_connection() -> None:
    """End this process's connection, as a restart of the database does."""
    connection.ensure_connection()
    victim = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [victim])


class Server:
    """A transport that accepts each mail. The connection to the database ends in each burst."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.received: list[str] = []
        self._outcomes = list(outcomes)

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        cut_connection()
        self.received += [mail.to for mail in burst]
        return [self._outcomes.pop(0) if self._outcomes else Outcome("accepted") for _ in burst]


class WithoutCuts(Server):
    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.received += [mail.to for mail in burst]
        return [Outcome("accepted") for _ in burst]


def run(edition: Edition, server: Server) -> None:
    assert deliver(make_batch(edition), timezone.now() + timedelta(60), server) is None


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_outcomes_are_recorded_when_the_database_is_back(edition: Edition) -> None:
    server = Server()
    run(edition, server)
    assert states() == ["sent"] * MAILS
    assert len(server.received) == len(set(server.received)) == MAILS


def test_bursts_are_full_though_some_deliveries_are_skipped(edition: Edition) -> None:
    Subscriber.objects.filter(deliveries=Delivery.objects.order_by("pk")[1]).update(
        state="unsubscribed"
    )
    bursts: list[int] = []

    class Counting(Server):
        def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
            bursts.append(len(burst))
            return super().send(burst)

    run(edition, Counting())
    assert states() == ["sent", "skipped", *["sent"] * (MAILS - 2)]
    assert bursts == [2, 2]


def test_a_missing_mailbox_is_suppressed_too(edition: Edition) -> None:
    run(edition, Server(Outcome("refused", error="550 5.1.1 no such user", is_hard_bounce=True)))
    assert states() == ["failed", *["sent"] * (MAILS - 1)]
    assert Suppression.objects.count() == 1


def test_a_reply_that_postgresql_cannot_store_is_cleaned(edition: Edition) -> None:
    odd = "4.7.1 \x00 \ud800 é"
    run(edition, Server(Outcome("accepted", provider_id=odd), Outcome("refused", error=odd)))
    assert states() == ["sent", "failed", *["sent"] * (MAILS - 2)]
    [accepted, refused, *_] = Delivery.objects.order_by("pk")
    assert (accepted.provider_id, refused.error) == ("4.7.1  ? é",) * 2


@pytest.fixture
def cut_while_deferring() -> Iterator[None]:
    """The database ends the connection that first sets a row to `deferred`."""
    with connection.cursor() as cursor:
        # A sequence counts: the statement is rolled back, its value is not.
        cursor.execute(
            """CREATE SEQUENCE cuts;
               CREATE FUNCTION cut_once() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN
                    IF nextval('cuts') = 1 THEN
                      PERFORM pg_terminate_backend(pg_backend_pid());
                    END IF;
                    RETURN NEW;
                  END $$;
               CREATE TRIGGER cut_once BEFORE UPDATE ON newsletter_delivery
               FOR EACH ROW WHEN (NEW.state = 'deferred') EXECUTE FUNCTION cut_once()"""
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION cut_once() CASCADE; DROP SEQUENCE cuts")


@pytest.mark.usefixtures("cut_while_deferring")
def test_deferring_a_burst_is_repeated_and_the_last_stays_sent(
    edition: Edition, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WARM_UP_FROM, settings.WARM_UP_START = f"{timezone.now():%Y-%m-%d}", 2
    run(edition, WithoutCuts())
    assert states() == ["sent", "sent", *["deferred"] * (MAILS - 2)]
    assert caplog.text.count("the database cannot be reached") == 1


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_no_more_than_a_burst_is_marked_sending(
    edition: Edition, settings: Settings, size: int
) -> None:
    settings.BURST_SIZE = size
    for _ in range(20 - MAILS):
        make_delivery(edition, make_subscriber())
    marked: list[int] = []

    class Watched(WithoutCuts):
        def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
            with psycopg.connect(**connection.get_connection_params()) as other:
                query = "SELECT count(*) FROM newsletter_delivery WHERE state = 'sending'"
                marked.extend(other.execute(query).fetchone() or ())
            return super().send(burst)

    server = Watched()
    run(edition, server)
    assert states() == ["sent"] * 20
    assert len(server.received) == len(set(server.received)) == 20
    assert max(marked) == size


def test_a_fault_leaves_its_own_burst_sending_and_no_other(
    edition: Edition, settings: Settings
) -> None:
    settings.BURST_SIZE = 4

    class Faulty(Server):
        def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
            if self.received:
                raise RuntimeError("a fault of the transport")
            return super().send(burst)

    server = Faulty()
    with pytest.raises(RuntimeError):
        run(edition, server)
    assert len(server.received) == len(set(server.received)) == 4
    assert Counter(states()) == {"sent": 4, "sending": 1}


def test_a_digest_that_cannot_be_built_ends_before_its_burst_is_marked(
    edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    """The stored digest of the last delivery names a paper that the edition has not."""
    server, last = WithoutCuts(), Delivery.objects.latest("pk")
    make_content(last, [StoredPick(99, 99, "")], key_id=current_key_id())
    Delivery.objects.filter(pk=last.pk).update(attempts=1)
    run(edition, server)
    assert states() == [*["sent"] * (MAILS - 1), "skipped"]
    assert f"an error of ours: delivery {last.pk} gets no digest" in caplog.text


def test_outcomes_are_recorded_before_the_rate_makes_it_wait(
    edition: Edition, settings: Settings
) -> None:
    """Two messages a second: the second burst waits for one second after the first."""
    settings.SEND_RATE = 2.0
    Delivery.objects.latest("pk").delete()
    seen: list[int] = []

    class Watched(WithoutCuts):
        def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
            recorded = Tally.objects.filter(state="sent").aggregate(at=Max("changed_at"))["at"]
            seen.append(states().count("sent"))
            if recorded:
                assert timezone.now() - recorded > timedelta(seconds=0.2)
            return super().send(burst)

    run(edition, Watched())
    assert seen == [0, 2]


def test_a_task_ends_with_the_burst_of_its_last_second(edition: Edition) -> None:
    class Slow(Server):
        def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
            return [pause(0.6) for _ in burst]

    server = Slow()
    until = timezone.now() + timedelta(seconds=0.5)
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    left = deliver(Batch(edition.pk, ids[0], ids[-1]), until, server)
    assert left == Batch(edition.pk, ids[2], ids[-1])
    assert states() == ["sent", "sent", *["queued"] * (MAILS - 2)]
    assert Delivery.objects.filter(pk__gte=ids[2]).exclude(lease_until=None).count() == 0


def test_what_is_left_is_released_though_the_database_restarted(edition: Edition) -> None:
    class Slow(Server):
        def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
            time.sleep(0.6)
            return super().send(burst)

    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    left = deliver(make_batch(edition), timezone.now() + timedelta(seconds=0.5), Slow())
    assert left is not None
    assert left.first == ids[2]
    assert states() == ["sent", "sent", *["queued"] * (MAILS - 2)]
    assert Delivery.objects.exclude(lease_until=None).count() == 0


def pause(seconds: float) -> Outcome:
    time.sleep(seconds)
    return Outcome("accepted")


def test_a_repeated_mark_holds_though_its_leases_have_expired(
    edition: Edition, settings: Settings
) -> None:
    now = timezone.now()
    fence = uuid.uuid4()
    burst = make_burst(ledger.claim(make_batch(edition), now, 2, timedelta(seconds=9), fence))
    held = ledger.mark_sending(edition.pk, fence, burst, now - timedelta(seconds=1))
    assert expire_leases(now) == 2
    later = now + timedelta(seconds=9)
    assert ledger.mark_sending(edition.pk, fence, burst, later) == held
    assert states()[:2] == ["sending"] * 2
    assert set(Delivery.objects.values_list("reason", flat=True)) == {""}
