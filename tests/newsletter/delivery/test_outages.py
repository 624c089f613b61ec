"""The database goes away, or the time is over, in the middle of a batch: nothing is forgotten."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from mail.message import Message
from mail.outcome import Outcome
from mail.transport import PendingResult
from newsletter.delivery import deliver as delivering
from newsletter.delivery import ledger
from newsletter.delivery.deliver import deliver
from newsletter.delivery.ledger import Claimed, Range
from newsletter.delivery.sweep import expire_leases
from newsletter.delivery.throttle import Admission, Throttle
from newsletter.editions import render
from newsletter.models import Delivery, Edition
from subscribers.models import Subscriber, Suppression
from tests.factories import (
    make_candidate,
    make_delivery,
    make_edition,
    make_imprint,
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
    """Frozen, with two papers and five mails that wait, two of them a burst."""
    settings.BURST_SIZE = 2
    made = make_edition()
    for _ in range(2):
        make_candidate(made, make_paper(), facts=FACTS, topics={"robotics": 1.0})
    for _ in range(MAILS):
        make_delivery(made, make_subscriber())
    return made


def throw_out() -> None:
    """What a restart does to the connection of this process."""
    connection.ensure_connection()
    victim = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [victim])


class Server:
    """Takes each mail. The database goes away while it has a burst in its hands."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.received: list[str] = []
        self._outcomes = list(outcomes)

    def send(self, burst: Sequence[Message]) -> list[Outcome]:
        throw_out()
        self.received += [mail.to for mail in burst]
        return [self._outcomes.pop(0) if self._outcomes else Outcome("accepted") for _ in burst]


class Stream(Server):
    """The same mail by mail, as a server next door is spoken to: see `StreamingTransport`."""

    is_streaming = True

    def __init__(self, *outcomes: Outcome) -> None:
        super().__init__(*outcomes)
        self._waiting: list[Message] = []
        self._settled: list[tuple[Message, Outcome]] = []
        self.left_meanwhile = 0  # mails that left while the database was at work

    def submit(self, messages: Sequence[Message], seconds: float) -> None:
        self._waiting += messages

    def run_until(self, left: int = 0, pending: PendingResult | None = None) -> None:
        while len(self._waiting) > left and not (pending and pending.is_ready()):
            mail = self._waiting.pop(0)
            [outcome] = self.send([mail])
            self._settled.append((mail, outcome))
            self.left_meanwhile += pending is not None

    def drain(self) -> list[tuple[Message, Outcome]]:
        settled, self._settled = self._settled, []
        return settled

    def reset(self) -> None:
        self._waiting, self._settled = [], []


@pytest.fixture(params=[Server, Stream])
def kind(request: pytest.FixtureRequest) -> type[Server]:
    """Each burst in one request, or mail by mail while the database is at work."""
    found: type[Server] = request.param
    return found


def run(edition: Edition, server: Server) -> None:
    assert deliver(Range(edition.pk, 1, 2**62), timezone.now() + timedelta(60), server) is None


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_outcomes_are_kept_until_the_database_is_back(edition: Edition, kind: type[Server]) -> None:
    server = kind()
    run(edition, server)
    assert states() == ["sent"] * MAILS
    assert len(server.received) == len(set(server.received)) == MAILS


def test_the_next_mails_are_claimed_while_the_last_are_on_their_way(
    edition: Edition, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "_CLAIM", 2)
    on_their_way = []
    claim = ledger.claim

    def watched(*args: Any, **named: Any) -> Any:
        on_their_way.append(len(server._waiting))
        return claim(*args, **named)

    monkeypatch.setattr(ledger, "claim", watched)
    server = Stream()
    run(edition, server)
    assert states() == ["sent"] * MAILS
    assert on_their_way[0] == 0
    assert max(on_their_way) > 0


def test_bursts_are_full_though_some_of_their_mails_are_skipped(edition: Edition) -> None:
    Subscriber.objects.filter(deliveries=Delivery.objects.order_by("pk")[1]).update(
        state="unsubscribed"
    )
    bursts: list[int] = []

    class Counting(Server):
        def send(self, burst: Sequence[Message]) -> list[Outcome]:
            bursts.append(len(burst))
            return super().send(burst)

    run(edition, Counting())
    assert states() == ["sent", "skipped", *["sent"] * (MAILS - 2)]
    assert bursts == [2, 2]


def test_a_mailbox_that_is_gone_is_written_down_too(edition: Edition, kind: type[Server]) -> None:
    run(edition, kind(Outcome("refused", error="550 5.1.1 no such user", is_hard_bounce=True)))
    assert states() == ["failed", *["sent"] * (MAILS - 1)]
    assert Suppression.objects.count() == 1


def test_words_that_postgresql_does_not_take_keep_no_outcome_out_of_the_ledger(
    edition: Edition, kind: type[Server]
) -> None:
    odd = "4.7.1 \x00 \ud800 é"
    run(edition, kind(Outcome("accepted", provider_id=odd), Outcome("refused", error=odd)))
    assert states() == ["sent", "failed", *["sent"] * (MAILS - 2)]
    [taken, refused, *_] = Delivery.objects.order_by("pk")
    assert (taken.provider_id, refused.error) == ("4.7.1  ? é",) * 2


def test_putting_off_the_next_burst_forgets_nothing_of_the_last(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Delivery.objects.order_by("pk").values_list("pk", flat=True)[:2]

    def admit(_: Throttle, addresses: Mapping[int, str], now: datetime) -> Admission:
        if set(addresses) <= set(first):
            return Admission(list(addresses))
        throw_out()
        return Admission([], dict.fromkeys(addresses, (60.0, "the pace")))

    monkeypatch.setattr(Throttle, "admit", admit)
    run(edition, Server())
    assert states() == ["sent", "sent", *["deferred"] * (MAILS - 2)]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_mails_leave_while_others_are_marked_and_no_more_than_a_burst_is_in_doubt(
    edition: Edition, settings: Settings, size: int
) -> None:
    settings.BURST_SIZE = size
    for _ in range(20 - MAILS):
        make_delivery(edition, make_subscriber())
    in_doubt: list[int] = []

    class Watched(Stream):
        def send(self, burst: Sequence[Message]) -> list[Outcome]:
            with psycopg.connect(**connection.get_connection_params()) as other:
                query = "SELECT count(*) FROM newsletter_delivery WHERE state = 'sending'"
                in_doubt.extend(other.execute(query).fetchone() or ())
            self.received += [mail.to for mail in burst]
            return [Outcome("accepted")]

    server = Watched()
    run(edition, server)
    assert states() == ["sent"] * 20
    assert len(server.received) == len(set(server.received)) == 20
    assert size // 2 <= max(in_doubt) <= size
    assert server.left_meanwhile or size == 1


def test_a_fault_midway_leaves_what_was_under_way_in_doubt_and_the_rest_as_it_was(
    edition: Edition, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BURST_SIZE = 4
    server, bursts = Stream(), []

    def build_digest(**facts: Any) -> render.Digest:
        bursts.append(facts["delivery_id"])
        if len(bursts) == MAILS:
            raise RuntimeError("a bug")
        return render.build_digest(**facts)

    monkeypatch.setattr(delivering, "build_digest", build_digest)
    with pytest.raises(RuntimeError):
        run(edition, server)
    assert len(server.received) == len(set(server.received))
    assert Counter(states())["sending"] <= 4
    assert server.drain() == []


def test_what_is_known_is_recorded_before_the_pace_makes_it_wait(
    edition: Edition, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEND_RATE = 1.0
    seen = []

    def admit(_: Throttle, addresses: Mapping[int, str], now: datetime) -> Admission:
        seen.append(states().count("sent"))
        return Admission(list(addresses))

    monkeypatch.setattr(Throttle, "admit", admit)
    run(edition, Server())
    assert seen == [0, 2, 4]


def test_a_slow_server_keeps_no_task_beyond_the_burst_in_which_its_time_is_over(
    edition: Edition,
) -> None:
    server = Server()
    until = timezone.now() + timedelta(seconds=0.5)
    server.send = lambda burst: [pause(0.6) for _ in burst]  # type: ignore[method-assign]
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    left = deliver(Range(edition.pk, ids[0], ids[-1]), until, server)
    assert left == Range(edition.pk, ids[2], ids[-1])
    assert states() == ["sent", "sent", *["queued"] * (MAILS - 2)]
    assert Delivery.objects.filter(pk__gte=ids[2]).exclude(lease_until=None).count() == 0


def pause(seconds: float) -> Outcome:
    time.sleep(seconds)
    return Outcome("accepted")


def test_a_mark_whose_answer_was_lost_holds_though_the_sweeper_came_first(
    edition: Edition, settings: Settings
) -> None:
    now = timezone.now()
    fence, claimed = ledger.claim(Range(edition.pk, 1, 2**62), now, 2, timedelta(seconds=9))
    held = mark(edition, fence, claimed, now - timedelta(seconds=1))
    assert expire_leases(now) == 2
    assert mark(edition, fence, claimed, now + timedelta(seconds=9)) == held
    assert states()[:2] == ["sending"] * 2
    assert set(Delivery.objects.values_list("reason", flat=True)) == {""}


def mark(edition: Edition, fence: uuid.UUID, mails: Sequence[Claimed], until: datetime) -> set[int]:
    picks = {mail.id: "[]" for mail in mails}
    return ledger.changed(ledger.mark_sending(edition.pk, fence, picks, make_imprint(), until))
