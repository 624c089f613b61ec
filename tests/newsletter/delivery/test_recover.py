"""A sending process was killed: what its journal says becomes the state of each delivery."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from mail.journal import NO_JOURNAL, Journal, boot_id, remains_in
from mail.message import Message
from mail.outcome import Outcome
from newsletter.delivery.deliver import deliver
from newsletter.delivery.recover import recover
from newsletter.delivery.sweep import expire_leases
from newsletter.delivery.types import Batch, Owner
from newsletter.models import Delivery, Edition, Tally
from subscribers.models import Suppression
from tests.factories import (
    make_batch,
    make_candidate,
    make_delivery,
    make_edition,
    make_paper,
    make_subscriber,
)
from tests.newsletter.delivery.test_deliver_outages import FACTS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not boot_id(), reason="journals need the boot id of Linux"),
]
NOW = datetime(2025, 3, 14, 8, tzinfo=UTC)
FENCE = uuid.UUID(int=7)
IN_DOUBT = Outcome("unknown")
UNTOUCHED = None


class Burst:
    """Deliveries that a process had marked as sending, and the journal that it left."""

    def __init__(self, folder: Path, outcomes: Sequence[Outcome | None]) -> None:
        """`outcomes`: what was answered; IN_DOUBT: begun only; UNTOUCHED: not even begun."""
        self.folder = folder
        self.edition = make_edition()
        held: dict[str, Any] = {"state": "sending", "fence": FENCE, "lease_until": NOW}
        self.ids = [
            make_delivery(self.edition, make_subscriber(), attempts=1, **held).pk for _ in outcomes
        ]
        journal = Journal(folder)
        journal.start(Owner(self.edition.pk, FENCE).as_text())
        journal.plan(self.ids)
        for number, outcome in zip(self.ids, outcomes, strict=True):
            if outcome is not UNTOUCHED:
                journal.begin(number)
                if outcome is not IN_DOUBT:
                    journal.answer(number, outcome)
        journal.flush()
        journal.close()  # its lines were not cleared, so the file stays

    def rows(self) -> list[Delivery]:
        return list(Delivery.objects.filter(pk__in=self.ids).order_by("pk"))

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


def test_each_message_gets_the_state_that_the_journal_proves(tmp_path: Path) -> None:
    accepted, refused = Outcome("accepted", provider_id="250 ok"), Outcome("refused", error="550")
    later = Outcome("deferred", error="451")
    burst = Burst(tmp_path, [accepted, refused, later, IN_DOUBT, UNTOUCHED])
    assert recover(tmp_path, NOW) == [Batch(burst.edition.pk, burst.ids[4], burst.ids[4])]
    assert burst.states() == ["sent", "failed", "deferred", "sending", "queued"]
    sent, failed, deferred, _, queued = burst.rows()
    assert (sent.provider_id, sent.sent_at) == ("250 ok", NOW)
    assert (failed.error, deferred.error) == ("550", "451")
    assert timedelta(minutes=1) <= deferred.next_attempt_at - NOW < timedelta(minutes=2)
    assert (queued.attempts, queued.fence, queued.lease_until) == (1, None, None)


def test_a_message_that_ends_each_process_before_it_leaves_is_given_up(
    tmp_path: Path, settings: Settings
) -> None:
    burst = Burst(tmp_path, [UNTOUCHED, UNTOUCHED])
    Delivery.objects.filter(pk=burst.ids[0]).update(attempts=settings.MAX_ATTEMPTS)
    assert recover(tmp_path, NOW) == [Batch(burst.edition.pk, burst.ids[1], burst.ids[1])]
    assert burst.states() == ["failed", "queued"]
    assert burst.rows()[0].reason == "could not be rendered: an error of ours"


def test_only_what_had_begun_is_in_doubt(tmp_path: Path) -> None:
    burst = Burst(tmp_path, [IN_DOUBT, UNTOUCHED, UNTOUCHED])
    recover(tmp_path, NOW)
    expire_leases(NOW + timedelta(seconds=1))
    assert burst.states() == ["uncertain", "queued", "queued"]


def test_a_journal_is_used_though_the_leases_have_run_out_before(tmp_path: Path) -> None:
    burst = Burst(tmp_path, [Outcome("accepted"), IN_DOUBT, UNTOUCHED])
    expire_leases(NOW + timedelta(seconds=1))
    assert burst.states() == ["uncertain"] * 3
    recover(tmp_path, NOW)
    assert burst.states() == ["sent", "uncertain", "queued"]


def test_what_others_have_done_since_is_not_changed(tmp_path: Path) -> None:
    burst = Burst(tmp_path, [Outcome("accepted"), UNTOUCHED, UNTOUCHED])
    Delivery.objects.filter(pk=burst.ids[1]).update(fence=uuid.UUID(int=8))  # claimed again
    Delivery.objects.filter(pk=burst.ids[2]).update(state="sent", fence=None)  # by an event
    assert recover(tmp_path, NOW) == []
    assert burst.states() == ["sent", "sending", "sent"]


def test_recovering_twice_changes_nothing_more(tmp_path: Path) -> None:
    burst = Burst(tmp_path, [Outcome("accepted"), UNTOUCHED])
    recover(tmp_path, NOW)
    assert recover(tmp_path, NOW) == []
    assert burst.states() == ["sent", "queued"]
    assert list(tmp_path.iterdir()) == []


def test_the_counters_follow(tmp_path: Path) -> None:
    burst = Burst(tmp_path, [Outcome("accepted"), UNTOUCHED])
    recover(tmp_path, NOW)
    counts = Tally.objects.filter(edition=burst.edition, count__gt=0)
    assert dict(counts.values_list("state", "count")) == {"sent": 1, "queued": 1}


def test_a_mailbox_that_does_not_exist_is_suppressed(tmp_path: Path) -> None:
    burst = Burst(tmp_path, [Outcome("refused", error="550 5.1.1 no", is_hard_bounce=True)])
    recover(tmp_path, NOW)
    assert burst.states() == ["failed"]
    assert Suppression.objects.get().reason == Suppression.Reason.HARD_BOUNCE


def test_an_erased_subscriber_s_delivery_gets_its_outcome_too(tmp_path: Path) -> None:
    burst = Burst(tmp_path, [Outcome("refused", error="550 5.1.1 no", is_hard_bounce=True)])
    Delivery.objects.update(subscriber=None)
    recover(tmp_path, NOW)
    assert burst.states() == ["failed"]
    assert not Suppression.objects.exists()


def test_a_journal_of_another_kind_stops_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.start("what?")
    journal.plan([1])
    journal.close()
    burst = Burst(tmp_path, [Outcome("accepted")])
    recover(tmp_path, NOW)
    assert burst.states() == ["sent"]


# ── a whole batch ────────────────────────────────────────────────────────────


class Killed(BaseException):
    """Ends the process in the middle of a burst."""


class Dying:
    """Accepts the first message, gets the second, and then its process is killed."""

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        first, second, *_ = burst
        journal.begin(first.reference)
        journal.finish(first.reference, Outcome("accepted"))
        journal.begin(second.reference)
        raise Killed


class Accepting:
    def __init__(self) -> None:
        self.received: list[int] = []

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.received += [message.reference for message in burst]
        return [Outcome("accepted") for _ in burst]


@pytest.fixture
def edition() -> Edition:
    made = make_edition()
    for _ in range(2):
        make_candidate(made, make_paper(), facts=FACTS, topics={"robotics": 1.0})
    for _ in range(5):
        make_delivery(made, make_subscriber())
    return made


def test_a_killed_burst_is_sent_to_its_end_and_nothing_twice(
    edition: Edition, tmp_path: Path
) -> None:
    until, journal = timezone.now() + timedelta(minutes=1), Journal(tmp_path)
    with pytest.raises(Killed):
        deliver(make_batch(edition), until, Dying(), journal)
    journal.close()
    assert recover(tmp_path, timezone.now())
    first, second, *rest = Delivery.objects.order_by("pk").values_list("pk", "state")
    assert (first[1], second[1]) == ("sent", "sending")
    server = Accepting()
    deliver(make_batch(edition), until, server, Journal(tmp_path))
    assert server.received == [number for number, _ in rest]


def test_a_batch_that_ends_leaves_nothing_to_recover(edition: Edition, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    until = timezone.now() + timedelta(minutes=1)
    assert deliver(make_batch(edition), until, Accepting(), journal) is None
    journal.close()
    assert list(remains_in(tmp_path)) == []
