"""Work whose bell was lost is found again; work that somebody does is left alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter.delivery import ledger, sweep
from newsletter.models import Delivery, Edition
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    made = make_edition()
    for _ in range(5):
        make_delivery(made, make_subscriber())
    return made


def stalled(seconds_still: float = 0, size: int = 500) -> list[ledger.Range]:
    now = timezone.now()
    return sweep.stalled(now, now + timedelta(seconds=1 - seconds_still), size)


def ids() -> list[int]:
    return list(Delivery.objects.order_by("pk").values_list("pk", flat=True))


def test_a_still_edition_is_found_by_the_range_of_its_rows(edition: Edition) -> None:
    assert stalled() == [ledger.Range(edition.pk, ids()[0], ids()[-1])]


def test_a_long_range_is_cut_into_batches(edition: Edition) -> None:
    a, b, c, d, e = ids()
    assert stalled(size=2) == [
        ledger.Range(edition.pk, a, b),
        ledger.Range(edition.pk, c, d),
        ledger.Range(edition.pk, e, e),
    ]


def test_an_edition_that_moves_is_left_alone(edition: Edition) -> None:
    assert stalled(seconds_still=60) == []


def test_rows_that_a_worker_holds_are_left_alone(edition: Edition) -> None:
    Delivery.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert stalled() == []


@pytest.mark.parametrize("field", ["paused_at", "cancelled_at"])
def test_a_paused_or_cancelled_edition_is_left_alone(edition: Edition, field: str) -> None:
    Edition.objects.update(**{field: timezone.now()})
    assert stalled() == []


def test_finished_rows_are_not_work(edition: Edition) -> None:
    Delivery.objects.update(state="sent")
    assert stalled() == []


def test_a_deferred_mail_comes_up_when_its_time_has_come(edition: Edition) -> None:
    now = timezone.now()
    Delivery.objects.update(state="deferred", next_attempt_at=now + timedelta(minutes=5))
    assert sweep.due_retries(now, 500) == []
    assert len(sweep.due_retries(now + timedelta(minutes=5), 500)) == 1
