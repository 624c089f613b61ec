"""Editions that are paused, resumed or cancelled."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from mail.outcome import Outcome, State
from newsletter.delivery import ledger, pause
from newsletter.delivery.progress import Progress
from newsletter.models import Delivery, Edition
from tests.factories import make_batch, make_burst, make_delivery, make_edition, make_subscriber

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    made = make_edition()
    for _ in range(3):
        make_delivery(made, make_subscriber())
    return made


def claim(edition: Edition) -> int:
    batch, lease = make_batch(edition), timedelta(minutes=5)
    return len(ledger.claim(batch, timezone.now(), 50, lease, uuid.uuid4()))


def test_nothing_of_a_paused_edition_is_claimed(edition: Edition) -> None:
    assert pause.pause(edition.pk, "a mistake in the note", NOW)
    assert claim(edition) == 0


def test_a_claim_before_the_pause_is_not_sent_after_it(edition: Edition) -> None:
    fence = uuid.uuid4()
    claimed = ledger.claim(make_batch(edition), NOW, 50, timedelta(minutes=5), fence)
    pause.pause(edition.pk, "stop", NOW)
    assert ledger.mark_sending(edition.pk, fence, make_burst(claimed), NOW) == set()


def test_a_resumed_edition_is_claimed_again(edition: Edition) -> None:
    pause.pause(edition.pk, "stop", NOW)
    pause.resume(edition.pk, NOW)
    assert claim(edition) == 3


def test_mail_deferred_by_the_fault_is_sent_at_once(edition: Edition) -> None:
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.update(state="deferred", attempts=1, next_attempt_at=later)
    pause.pause(edition.pk, "stop", NOW)
    pause.resume(edition.pk, timezone.now())
    assert claim(edition) == 3


def test_pausing_twice_keeps_the_first_reason(edition: Edition) -> None:
    pause.pause(edition.pk, "first", NOW)
    assert not pause.pause(edition.pk, "second", NOW)
    edition.refresh_from_db()
    assert edition.pause_reason == "first"


def test_cancelling_skips_the_waiting_mails_with_a_reason(edition: Edition) -> None:
    sent = Delivery.objects.first()
    assert sent is not None
    Delivery.objects.filter(pk=sent.pk).update(state="sent")
    assert pause.cancel(edition.pk, NOW) == 2
    skipped = Delivery.objects.filter(state="skipped", reason="the edition was cancelled")
    assert skipped.count() == 2
    assert claim(edition) == 0


@pytest.mark.parametrize("state", ["queued", "deferred"])
def test_deliveries_that_wait_after_the_cancellation_are_ended(state: str) -> None:
    cancelled, other = make_edition(cancelled_at=NOW), make_edition(cadence="daily")
    late = make_delivery(cancelled, make_subscriber(), state=state)
    sent = make_delivery(cancelled, make_subscriber(), state="sent")
    untouched = make_delivery(other, make_subscriber(), state=state)
    assert pause.end_cancelled(NOW + timedelta(hours=1)) == 1
    assert pause.end_cancelled(NOW + timedelta(hours=1)) == 0
    assert dict(Delivery.objects.values_list("pk", "state")) == {
        late.pk: "skipped",
        sent.pk: "sent",
        untouched.pk: state,
    }
    late.refresh_from_db()
    assert late.reason == "the edition was cancelled"
    cancelled.refresh_from_db()
    assert cancelled.cancelled_at == NOW


def test_a_wrong_setting_pauses_the_edition_and_is_logged(
    edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    pause.pause_on_failures(edition.pk, [Outcome("misconfigured", error="401 bad token")], NOW)
    edition.refresh_from_db()
    assert edition.paused_at == NOW
    assert "401 bad token" in edition.pause_reason
    assert "401 bad token" in caplog.text


@pytest.mark.parametrize("state", ["accepted", "refused", "deferred", "unknown"])
def test_no_other_single_outcome_pauses_it(edition: Edition, state: State) -> None:
    pause.pause_on_failures(edition.pk, [Outcome(state)], NOW)
    assert claim(edition) == 3


@pytest.mark.parametrize(
    ("sent", "failed", "paused"), [(150, 20, False), (950, 50, False), (940, 60, True)]
)
def test_too_many_refusals_are_a_reason_to_pause(sent: int, failed: int, paused: bool) -> None:
    assert bool(pause.pause_reason(Progress(sent=sent, failed=failed))) is paused


@pytest.mark.parametrize("is_hard_bounce", [True, False])
def test_too_many_refused_mails_pause_the_edition(edition: Edition, is_hard_bounce: bool) -> None:
    for number in range(200):
        state = "failed" if number < 11 else "sent"
        make_delivery(edition, make_subscriber(), state=state)
    pause.pause_on_failures(edition.pk, [Outcome("refused", is_hard_bounce=is_hard_bounce)], NOW)
    edition.refresh_from_db()
    assert edition.paused_at == NOW
    assert edition.pause_reason.startswith("5.5% of 200 mails were refused for good")


def test_an_error_of_ours_counts_as_no_refusal(edition: Edition) -> None:
    for number in range(200):
        make_delivery(edition, make_subscriber(), state="failed" if number < 11 else "sent")
    pause.pause_on_failures(edition.pk, [Outcome("refused", is_ours=True)], NOW)
    assert claim(edition) == 3


@pytest.mark.parametrize(
    ("sent", "complaints", "paused"),
    [(199, 50, False), (200, 2, False), (200, 3, True), (3000, 3, False), (3000, 4, True)],
)
def test_too_many_complaints_are_a_reason_to_pause(
    sent: int, complaints: int, paused: bool
) -> None:
    assert bool(pause.pause_reason(Progress(sent=sent, complaints=complaints))) is paused


def test_the_share_of_complaints_is_a_setting(settings: Settings) -> None:
    settings.PAUSE_AT_COMPLAINT_SHARE = 0.05
    assert not pause.pause_reason(Progress(sent=200, complaints=10))
    reason = pause.pause_reason(Progress(sent=200, complaints=11))
    assert reason.startswith("5.50% of 200 mails were reported as spam")


@pytest.fixture
def complained(edition: Edition) -> Edition:
    """An edition of which every mail left, and too many readers complained."""
    Delivery.objects.all().delete()
    for _ in range(200):
        make_delivery(edition, make_subscriber(), state="sent")
    Edition.objects.update(complaints=3)
    return edition


def is_paused(edition: Edition) -> bool:
    edition.refresh_from_db()
    return edition.paused_at is not None


def test_the_newest_edition_is_paused_though_nothing_waits(
    complained: Edition,
) -> None:
    """More subscribers may become due for it."""
    pause.pause_on_complaints(complained.pk, NOW)
    assert is_paused(complained)


def test_an_older_edition_that_is_sent_is_not_paused(complained: Edition) -> None:
    make_edition(day=complained.day + timedelta(days=1))
    pause.pause_on_complaints(complained.pk, NOW)
    assert not is_paused(complained)


def test_an_older_edition_with_waiting_mails_is_paused(complained: Edition) -> None:
    make_edition(day=complained.day + timedelta(days=1))
    make_delivery(complained, make_subscriber(), state="deferred")
    pause.pause_on_complaints(complained.pk, NOW)
    assert is_paused(complained)
