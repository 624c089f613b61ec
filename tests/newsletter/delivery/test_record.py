from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from mail.outcome import Outcome, State
from newsletter.delivery.record import result_of
from newsletter.delivery.sweep import expire_leases
from newsletter.models import Delivery
from tests.factories import make_delivery, make_edition, make_subscriber

NOW = datetime(2025, 3, 14, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "attempts", "state"),
    [
        ("accepted", 1, "sent"),
        ("refused", 1, "failed"),
        ("deferred", 1, "deferred"),
        ("deferred", 6, "failed"),
        ("unknown", 1, "uncertain"),
        ("misconfigured", 99, "deferred"),
    ],
)
def test_an_outcome_becomes_a_state(outcome: State, attempts: int, state: str) -> None:
    assert result_of(1, Outcome(outcome), attempts, NOW).state == state


@pytest.mark.parametrize("outcome", ["refused", "deferred", "unknown", "misconfigured"])
def test_every_state_but_sent_has_a_reason_to_read(outcome: State) -> None:
    assert result_of(1, Outcome(outcome), 1, NOW).reason


def test_the_servers_words_are_kept() -> None:
    assert (
        result_of(1, Outcome("refused", error="550 no such user"), 1, NOW).error
        == "550 no such user"
    )


@pytest.mark.parametrize(("attempts", "asked", "minutes"), [(1, 0, 1), (2, 0, 4), (1, 3600, 60)])
def test_the_next_attempt_comes_after_the_backoff(
    attempts: int, asked: float, minutes: int
) -> None:
    result = result_of(1, Outcome("deferred", retry_after=asked), attempts, NOW)
    assert result.next_attempt_at == NOW + timedelta(minutes=minutes)


@pytest.mark.django_db
class TestSweep:
    def make_sending(self, lease_until: datetime) -> Delivery:
        return make_delivery(
            make_edition(), make_subscriber(), state="sending", lease_until=lease_until
        )

    def test_a_row_whose_worker_died_while_sending_becomes_uncertain(self) -> None:
        delivery = self.make_sending(NOW - timedelta(seconds=1))
        assert expire_leases(NOW) == 1
        delivery.refresh_from_db()
        assert delivery.state == "uncertain"
        assert "may have arrived" in delivery.reason

    def test_a_row_whose_worker_still_has_time_stays(self) -> None:
        self.make_sending(NOW + timedelta(seconds=1))
        assert expire_leases(NOW) == 0

    def test_the_policy_resend_queues_it_again(self, settings: Settings) -> None:
        settings.UNCERTAIN_POLICY = "resend"
        delivery = self.make_sending(NOW - timedelta(seconds=1))
        expire_leases(NOW)
        delivery.refresh_from_db()
        assert delivery.state == "queued"
