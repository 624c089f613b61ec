"""What Prometheus reads: kept counters by edition and state, and nothing of any reader."""

from datetime import UTC, date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.metrics import NEWEST, exposition, metrics
from newsletter.models import Delivery, Edition
from tests.factories import make_delivery, make_edition, make_subscriber

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)


def edition(**changes: object) -> Edition:
    return Edition(pk=7, cadence="weekly", day=date(2025, 3, 14), **changes)


def test_every_state_of_an_edition_has_a_line() -> None:
    lines = exposition([edition()], {7: {"sent": 1200, "failed": 3}}).splitlines()
    assert lines[:2] == [
        "# HELP trending_deliveries Deliveries of the newest editions, by state.",
        "# TYPE trending_deliveries gauge",
    ]
    told = 'trending_deliveries{cadence="weekly",day="2025-03-14",state="%s"} %s'
    assert told % ("sent", 1200) in lines
    assert told % ("failed", 3) in lines
    assert told % ("queued", 0) in lines
    assert sum(line.startswith("trending_deliveries{") for line in lines) == len(Delivery.State)


@pytest.mark.parametrize(("paused_at", "shown"), [(None, 0), (NOW, 1)])
def test_a_pause_can_raise_an_alarm(paused_at: datetime | None, shown: int) -> None:
    told = exposition([edition(paused_at=paused_at)], {})
    assert told.endswith(f'{{cadence="weekly",day="2025-03-14"}} {shown}\n')


@pytest.mark.django_db
def test_it_costs_two_queries_however_many_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = make_edition()
    for _ in range(5):
        make_delivery(made, make_subscriber(), state="sent")
    with django_assert_num_queries(2):
        told = metrics()
    assert 'state="sent"} 5' in told


@pytest.mark.django_db
def test_no_reader_is_in_it() -> None:
    reader = make_subscriber()
    make_delivery(make_edition(), reader, state="failed", reason=f"{reader.email} is no mailbox")
    assert reader.email not in metrics()


@pytest.mark.django_db
def test_old_editions_are_left_out() -> None:
    for day in range(1, NEWEST + 3):
        make_edition(day=date(2025, 3, day))
    told = metrics()
    assert told.count("trending_edition_paused{") == NEWEST
    assert "2025-03-02" not in told
