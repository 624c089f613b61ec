"""What failed by our fault or the mail server's is sent again: once, and as it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from mail.batch.split import request_key
from mail.journal import NO_JOURNAL, Journal
from mail.outcome import Outcome
from newsletter.delivery import ledger, retry
from newsletter.delivery.deliver import deliver
from newsletter.delivery.restored import HELD
from newsletter.delivery.retry import CannotRetry, failed_editions, find
from newsletter.delivery.types import Batch
from newsletter.editions.compose import compose
from newsletter.editions.rendering.message import Digest
from newsletter.failures import Reason
from newsletter.models import ArchivedDelivery, Delivery, Edition
from papers.windows import last_closed_day
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Subscriber, Suppression
from subscribers.suppress import suppress
from subscribers.unsubscribe import unsubscribe
from tests.factories import (
    make_batch,
    make_delivery,
    make_edition,
    make_event,
    make_paper,
    make_subscriber,
)
from tests.mail.mails import make_digest

NOW = timezone.now()
RELAY = {"state": "failed", "reason": Reason.GAVE_UP_ON_RELAY, "attempts": 6, "error": "OSError"}
LOST = {"state": "failed", "reason": Reason.BOUNCED_NO_MAILBOX, "attempts": 1}


class Server:
    """A transport with the same outcome for each message; it keeps what it got."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.got = outcome, list[Digest]()

    def send(self, burst: Any, journal: Journal = NO_JOURNAL) -> list[Outcome]:
        self.got += burst
        return [self.outcome] * len(burst)


@pytest.fixture
def edition() -> Edition:
    return make_edition("daily", last_closed_day(NOW))


def make_failed(edition: Edition, **values: Any) -> Delivery:
    return make_delivery(edition, make_subscriber(), **{**RELAY, **values})


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def run(edition: Edition, **options: Any) -> int:
    return retry.retry(edition.pk, timezone.now(), **options)


# ── which deliveries ─────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        RELAY,
        {"state": "failed", "reason": Reason.NOT_RENDERED, "attempts": 2},
        {"state": "skipped", "reason": Reason.NOT_RENDERED},
        {"state": "skipped", "reason": Reason.KEY_MISSING},
        {"state": "failed", "reason": Reason.NOT_SENT_BY_PROVIDER},
        {"state": "failed", "reason": Reason.BLOCKED},
        {"state": "failed", "reason": "failed after 6 attempts", "error": "TimeoutError: no"},
        {"state": "failed", "reason": Reason.REFUSED, "error": "554 5.7.1 Relay access denied"},
        {"state": "failed", "reason": Reason.REFUSED, "error": "504 5.5.2 <a>: Helo rejected"},
    ],
)
def test_our_failures_and_the_mail_server_s_are_queued_again(
    edition: Edition, values: dict[str, Any]
) -> None:
    row = make_delivery(edition, make_subscriber(), **values)
    assert find(edition.pk).total == 1
    assert run(edition) == 1
    row.refresh_from_db()
    assert (row.state, row.reason, row.error, row.attempts) == ("queued", "", "", 0)
    assert row.retried_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"state": "sent"},
        {"state": "uncertain", "reason": "the worker was killed"},
        {"state": "uncertain", "reason": Reason.GAVE_UP_ON_RELAY},
        {"state": "sending"},
        {"state": "deferred", "reason": Reason.NOT_RENDERED},
        {"state": "queued"},
        LOST,
        {"state": "failed", "reason": Reason.REFUSED, "error": "550 5.1.1 no such user"},
        {"state": "failed", "reason": Reason.BOUNCED},
        {"state": "failed", "reason": Reason.REJECTED_BY_PROVIDER},
        {"state": "failed", "reason": Reason.GAVE_UP_ON_RECIPIENT},
        {"state": "skipped", "reason": "no new papers in this edition"},
        {"state": "skipped", "reason": "suppressed: complaint"},
        {"state": "skipped", "reason": "the edition was cancelled"},
    ],
)
def test_no_other_delivery_is_touched(edition: Edition, values: dict[str, Any]) -> None:
    row = make_delivery(edition, make_subscriber(), **values)
    assert run(edition) == 0
    row.refresh_from_db()
    assert (row.state, row.retried_at) == (values["state"], None)


@pytest.mark.django_db
def test_only_the_chosen_reasons_of_this_edition_are_queued(edition: Edition) -> None:
    make_failed(edition)
    make_failed(edition, reason=Reason.NOT_RENDERED)
    make_failed(make_edition("daily", last_closed_day(NOW) - timedelta(days=1)))
    assert run(edition, reasons=[Reason.NOT_RENDERED]) == 1
    assert states() == ["failed", "queued", "failed"]


@pytest.mark.django_db
def test_a_mail_of_which_a_provider_says_that_it_arrived_is_not_sent_again(
    edition: Edition,
) -> None:
    for kind in ("delivered", "complained", "unsubscribed"):
        make_event(make_failed(edition), kind=kind)
    make_event(make_failed(edition), kind="bounced")
    found = find(edition.pk)
    assert (found.total, found.arrived) == (1, 3)
    assert run(edition) == 1


@pytest.mark.django_db
def test_readers_who_get_no_mail_any_more_are_left(edition: Edition) -> None:
    gone, complained, erased = (make_failed(edition) for _ in range(3))
    assert gone.subscriber
    assert complained.subscriber
    assert erased.subscriber
    left = ConsentEntry.Step.UNSUBSCRIBED
    unsubscribe(gone.subscriber, step=left, origin=RequestOrigin(), now=NOW)
    suppress(complained.subscriber, Suppression.Reason.COMPLAINT, now=NOW)
    Subscriber.objects.filter(state="suppressed").update(state="active")
    Delivery.objects.filter(pk=erased.pk).update(subscriber=None)
    assert find(edition.pk).unwilling == 3
    assert run(edition) == 0


@pytest.mark.django_db
def test_a_reader_who_unsubscribes_after_the_retry_gets_no_mail(edition: Edition) -> None:
    row = make_failed(edition)
    run(edition)
    Subscriber.objects.update(state="unsubscribed")
    server = Server(Outcome("accepted"))
    deliver(make_batch(edition), timezone.now() + timedelta(minutes=1), server)
    row.refresh_from_db()
    assert (row.state, server.got) == ("skipped", [])


@pytest.mark.django_db
def test_what_stays_is_counted_by_its_reason(edition: Edition) -> None:
    make_failed(edition)
    for _ in range(2):
        make_failed(edition, **LOST)
    found = find(edition.pk)
    assert dict(found.by_reason) == {Reason.GAVE_UP_ON_RELAY: 1}
    assert dict(found.final) == {Reason.BOUNCED_NO_MAILBOX: 2}
    assert retry.described(found.final) == ["2 bounced: there is no such mailbox"]
    assert states() == ["failed"] * 3


@pytest.mark.django_db
def test_more_deliveries_than_a_chunk_are_all_queued(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "CHUNK", 2)
    for number in range(5):
        make_failed(edition, **(LOST if number == 2 else {}))
    assert find(edition.pk).total == 4
    assert run(edition) == 4


# ── which editions ───────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_cancelled_edition_says_no(edition: Edition) -> None:
    make_failed(edition)
    Edition.objects.update(cancelled_at=NOW)
    with pytest.raises(CannotRetry, match="cancelled"):
        run(edition, days=10_000)
    assert states() == ["failed"]


@pytest.mark.django_db
def test_an_archived_edition_says_no(edition: Edition) -> None:
    row = make_failed(edition)
    ArchivedDelivery.objects.create(id=row.pk, edition=edition, state="failed")
    with pytest.raises(CannotRetry, match="archived"):
        run(edition)


@pytest.mark.django_db
def test_an_old_edition_needs_an_operator_s_word() -> None:
    old = make_edition("daily", last_closed_day(NOW) - timedelta(days=30))
    make_failed(old)
    assert failed_editions(NOW) == []
    assert failed_editions(NOW, days=30) == [old]
    with pytest.raises(CannotRetry, match="closed 30 days ago"):
        run(old)
    assert run(old, days=30) == 1


@pytest.mark.django_db
def test_a_paused_edition_waits_until_it_is_resumed(edition: Edition) -> None:
    make_failed(edition)
    Edition.objects.update(paused_at=NOW, pause_reason="401")
    assert run(edition) == 1
    edition.refresh_from_db()
    assert edition.halt == "paused"
    assert run(edition, and_resume=True) == 0
    edition.refresh_from_db()
    assert edition.halt == ""


@pytest.mark.django_db
def test_editions_without_failures_are_not_listed(edition: Edition) -> None:
    make_delivery(edition, make_subscriber(), state="sent")
    make_delivery(edition, make_subscriber(), state="skipped", reason="no new papers")
    assert failed_editions(NOW) == []
    make_delivery(edition, make_subscriber(), state="skipped", reason=Reason.NOT_RENDERED)
    assert failed_editions(NOW) == [edition]


# ── what is sent ─────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_same_message_is_sent_again_and_its_attempts_start_again(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MAX_ATTEMPTS, settings.DIGEST_MINIMUM = 1, 1
    make_paper("Robots that fold laundry", listed_on=last_closed_day(NOW))
    edition = compose("daily", last_closed_day(NOW), NOW)
    row = make_delivery(edition, make_subscriber("ada@example.com"))
    down, up = Server(Outcome("deferred", error="OSError: refused")), Server(Outcome("accepted"))
    until = timezone.now() + timedelta(minutes=1)
    deliver(make_batch(edition), until, down)
    assert states() == ["failed"]
    make_paper("Another paper", listed_on=last_closed_day(NOW))
    assert run(edition) == 1
    deliver(make_batch(edition), until, up)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 1)
    [before], [after] = down.got, up.got
    assert after.as_bytes() == before.as_bytes()
    assert after.headers["Message-ID"] == before.headers["Message-ID"]
    assert (after.attempts, before.attempts) == (1, 1)


@pytest.mark.django_db
def test_a_provider_does_not_take_the_retry_for_the_request_that_it_had(edition: Edition) -> None:
    row = make_failed(edition)
    run(edition)
    [claimed] = ledger.claim(
        Batch(edition.pk, row.pk, row.pk), timezone.now(), 1, timedelta(minutes=5), uuid4()
    )
    assert claimed.retry > 0
    first, again = make_digest(row.pk), make_digest(row.pk, retry=claimed.retry)
    assert request_key([first]) != request_key([again])
    assert first.as_bytes() == again.as_bytes()


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_queue_each_delivery_once() -> None:
    edition = make_edition("daily", last_closed_day(NOW))
    for _ in range(200):
        make_failed(edition)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: _run_in_thread(edition), range(4)))
    assert sum(counts) == 200
    assert set(states()) == {"queued"}


def _run_in_thread(edition: Edition) -> int:
    try:
        return run(edition)
    finally:
        connection.close()


@pytest.mark.django_db
def test_after_a_restored_backup_nothing_that_failed_before_is_sent_again(edition: Edition) -> None:
    """It may have been sent again after the backup was made."""
    relay = make_failed(edition)
    broken = make_failed(edition, state="skipped", reason=Reason.NOT_RENDERED)
    lost = make_failed(edition, **LOST)
    old = make_edition("daily", edition.day - timedelta(days=retry.HELD_DAYS + 2))
    ancient = make_failed(old)
    assert retry.hold_failed(NOW) == 2
    assert retry.retry(edition.pk, NOW) == 0
    assert dict(Delivery.objects.values_list("pk", "state")) == {
        relay.pk: "uncertain",
        broken.pk: "uncertain",
        lost.pk: "failed",
        ancient.pk: "failed",
    }
    assert Delivery.objects.get(pk=relay.pk).reason == HELD
    assert retry.hold_failed(NOW) == 0
