"""Counters that follow every change of the ledger, whoever makes it."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from newsletter.models import Delivery, Edition
from newsletter.progress import Progress, progress_of
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)


def counted(edition: Edition) -> dict[str, int]:
    """The slow truth."""
    states = Delivery.objects.filter(edition=edition).values_list("state", flat=True)
    return {state.value: list(states).count(state.value) for state in Delivery.State}


def told(edition: Edition) -> dict[str, int]:
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
    assert told(edition) == counted(edition)
    assert told(other) == counted(other)


def test_a_change_that_leaves_the_state_counts_nothing() -> None:
    edition = make_edition()
    make_delivery(edition, make_subscriber())
    Delivery.objects.update(attempts=3)
    assert told(edition)["queued"] == 1


def test_the_skipped_are_told_by_reason() -> None:
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


def test_rate_and_time_left_follow_from_the_counters() -> None:
    progress = Progress(sent=600, queued=1200, began_at=NOW, changed_at=NOW + timedelta(minutes=1))
    assert progress.rate == pytest.approx(10.0)
    assert progress.time_left == timedelta(minutes=2)


def test_before_the_first_mail_there_is_no_rate() -> None:
    progress = Progress(queued=5, began_at=NOW, changed_at=NOW)
    assert (progress.rate, progress.time_left) == (0.0, None)


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
