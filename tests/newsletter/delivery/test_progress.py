"""Counters that follow every change of the ledger, from whichever statement."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from newsletter.delivery.progress import Progress, progress_of
from newsletter.models import Delivery, Edition
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)


def from_rows(edition: Edition) -> dict[str, int]:
    """Each state, counted row by row."""
    states = Delivery.objects.filter(edition=edition).values_list("state", flat=True)
    return {state.value: list(states).count(state.value) for state in Delivery.State}


def from_counters(edition: Edition) -> dict[str, int]:
    progress = progress_of(edition.pk)
    return {state.value: getattr(progress, state.value) for state in Delivery.State}


def test_an_edition_without_deliveries_has_no_progress() -> None:
    assert progress_of(make_edition().pk) == Progress()


def test_the_counters_are_right_after_any_changes() -> None:
    edition, other = make_edition("weekly"), make_edition("daily")
    rows = [make_delivery(edition, make_subscriber()) for _ in range(12)]
    make_delivery(other, make_subscriber())
    chance = Random(7)  # noqa: S311 (which rows change, nothing secret)
    for _ in range(30):
        chosen = chance.sample([row.pk for row in rows], chance.randint(1, 6))
        state = chance.choice(list(Delivery.State))
        Delivery.objects.filter(pk__in=chosen).update(state=state, reason=f"because {state}")
    Delivery.objects.filter(pk__in=[row.pk for row in rows[:3]]).delete()
    assert from_counters(edition) == from_rows(edition)
    assert from_counters(other) == from_rows(other)


def test_a_change_that_leaves_the_state_counts_nothing() -> None:
    edition = make_edition()
    make_delivery(edition, make_subscriber())
    Delivery.objects.update(attempts=3)
    assert from_counters(edition)["queued"] == 1


def test_the_skipped_are_counted_by_reason() -> None:
    edition = make_edition()
    for reason in ("no new papers", "no new papers", "suppressed"):
        make_delivery(edition, make_subscriber(), state="skipped", reason=reason)
    assert progress_of(edition.pk).reasons == {"no new papers": 2, "suppressed": 1}


def test_it_costs_one_query_however_many_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    edition = make_edition()
    for _ in range(5):
        make_delivery(edition, make_subscriber())
    with django_assert_num_queries(1):
        progress_of(edition.pk)


def test_the_time_left_follows_from_the_rate() -> None:
    progress = Progress(sent=600, queued=1200, rate=10.0)
    assert progress.time_left == timedelta(minutes=2)
    assert progress.rate_and_time_left == "10 a second, 0:02:00 left"


def test_without_a_rate_there_is_no_time_left() -> None:
    progress = Progress(queued=5)
    assert (progress.time_left, progress.rate_and_time_left) == (None, "")


def test_no_rate_is_shown_when_nothing_is_left() -> None:
    assert Progress(sent=5, rate=3.0).rate_and_time_left == ""


def test_a_low_rate_is_shown_with_a_decimal() -> None:
    assert Progress(queued=5, rate=0.25).rate_and_time_left == "0.2 a second, 0:00:20 left"


def test_totals_add_up() -> None:
    progress = Progress(queued=1, sending=2, sent=3, deferred=4, failed=5, uncertain=6, skipped=7)
    assert (progress.left, progress.done, progress.total) == (7, 21, 28)


def test_the_command_shows_a_line_an_edition() -> None:
    edition = make_edition()
    make_delivery(edition, make_subscriber(), state="sent")
    make_delivery(edition, make_subscriber(), state="skipped", reason="no new papers")
    make_delivery(edition, make_subscriber())
    out = StringIO()
    call_command("progress", stdout=out)
    [shown] = out.getvalue().splitlines()
    assert "67%" in shown
    assert "1 sent, 1 skipped, 1 queued" in shown


def test_the_command_names_a_pause() -> None:
    edition = make_edition(paused_at=NOW, pause_reason="401 bad token")
    make_delivery(edition, make_subscriber())
    out = StringIO()
    call_command("progress", stdout=out)
    assert "PAUSED: 401 bad token" in out.getvalue()


def test_the_command_watches_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = make_edition()
    make_delivery(edition, make_subscriber())
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            Delivery.objects.update(state="sent")

    monkeypatch.setattr("newsletter.management.commands.progress.time.sleep", sleep)
    out = StringIO()
    call_command("progress", "--watch", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(looks) + 1 == 4
    assert ["100%" in line for line in lines] == [False, False, False, True]


def test_the_command_shows_rate_and_time_left() -> None:
    edition = make_edition()
    for state in ("sent", "queued"):
        make_delivery(edition, make_subscriber(), state=state)
    cache.set(f"send-rate:{edition.pk}", [(timezone.now() - timedelta(seconds=10), 0)])
    out = StringIO()
    call_command("progress", stdout=out)
    assert "0.1 a second, 0:00:10 left" in out.getvalue()
