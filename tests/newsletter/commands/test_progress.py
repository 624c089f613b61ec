"""`manage.py progress`: one line for each of the newest editions, once or until all is sent."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from newsletter.models import DatabaseOrigin, Delivery
from tests.factories import DAY, NOON, make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


def output(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("progress", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_shows_share_and_states_of_an_edition() -> None:
    edition = make_edition()
    make_delivery(edition, make_subscriber(), state="sent")
    make_delivery(edition, make_subscriber(), state="skipped", reason="no new papers")
    make_delivery(edition, make_subscriber())
    bar = "█" * 20 + "·" * 10
    assert output() == [f"{edition}  {bar}  67%  1 sent, 1 skipped, 1 queued"]


def test_it_shows_the_newest_editions_with_deliveries() -> None:
    editions = [make_edition("daily", DAY + timedelta(days=number)) for number in range(4)]
    for edition in editions[:3]:
        make_delivery(edition, make_subscriber(), state="sent")
    shown = [line.split("  ")[0] for line in output("--editions", "2")]
    assert shown == [str(editions[2]), str(editions[1])]


def test_it_says_that_a_restored_backup_stops_the_sending() -> None:
    make_delivery(make_edition(), make_subscriber())
    DatabaseOrigin.objects.create(name="7/16384/16999")
    edition, restored = output()
    assert edition.endswith("1 queued")
    assert restored.startswith("RESTORED: nothing is sent until you decide")
    assert restored.endswith("run: manage.py restored")


def test_without_deliveries_it_shows_nothing() -> None:
    make_edition()
    assert output() == []


def test_it_names_the_reason_of_a_pause() -> None:
    make_delivery(make_edition(paused_at=NOON, pause_reason="401 bad token"), make_subscriber())
    (line,) = output()
    assert line.endswith("1 queued, PAUSED: 401 bad token")


def test_it_names_a_cancelled_edition() -> None:
    edition = make_edition(paused_at=NOON, cancelled_at=NOON)
    make_delivery(edition, make_subscriber(), state="sent")
    (line,) = output()
    assert line.endswith("1 sent, CANCELLED")


def test_it_counts_complaints() -> None:
    make_delivery(make_edition(complaints=3), make_subscriber(), state="sent")
    (line,) = output()
    assert line.endswith("1 sent, 3 reported as spam")


def test_it_watches_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    make_delivery(make_edition(), make_subscriber())
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            Delivery.objects.update(state="sent")

    monkeypatch.setattr("newsletter.management.commands.progress.time.sleep", sleep)
    assert ["100%" in line for line in output("--watch")] == [False, False, False, True]
    assert pauses == [1, 1, 1]


def test_it_shows_the_send_rate_and_the_time_left() -> None:
    edition = make_edition()
    for state in ("sent", "queued"):
        make_delivery(edition, make_subscriber(), state=state)
    cache.set(f"send-rate:{edition.pk}", [(timezone.now() - timedelta(seconds=10), 0)])
    (line,) = output()
    assert line.endswith("1 queued, 0.1 a second, 0:00:10 left")


@pytest.mark.parametrize("rows", [1, 3])
def test_an_edition_takes_the_same_queries_however_many_deliveries(
    django_assert_num_queries: Any, rows: int
) -> None:
    edition = make_edition()
    for _ in range(rows):
        make_delivery(edition, make_subscriber())
    # The editions; the counters of one; whether a restored backup stops the sending.
    with django_assert_num_queries(3):
        output()
