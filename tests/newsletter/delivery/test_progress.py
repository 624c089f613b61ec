"""Counters that follow every change of the ledger, from whichever statement."""

from datetime import timedelta
from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.delivery.progress import (
    Progress,
    deliveries_of,
    deliveries_since,
    progress_of,
)
from newsletter.models import Delivery, Edition
from tests.factories import DAY, make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("editions", [1, 3])
def test_the_states_of_several_editions_take_one_query(
    django_assert_num_queries: DjangoAssertNumQueries, editions: int
) -> None:
    made = [make_edition("daily", DAY + timedelta(days=number)) for number in range(editions)]
    for edition in made:
        for state in ("sent", "sent", "failed"):
            make_delivery(edition, make_subscriber(), state=state)
    with django_assert_num_queries(1):
        counts = deliveries_of([edition.pk for edition in made])
    assert counts == {edition.pk: {"sent": 2, "failed": 1} for edition in made}


def test_deliveries_since_a_day_are_counted_by_state_and_reason(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader, other = make_subscriber(), make_subscriber()
    for days in (-1, 0, 1):
        edition = make_edition("daily", DAY + timedelta(days=days))
        make_delivery(edition, reader, state="sent")
        make_delivery(edition, other, state="skipped", reason="no new papers")
    with django_assert_num_queries(1):
        assert deliveries_since(DAY) == {("sent", ""): 2, ("skipped", "no new papers"): 2}


def test_a_counter_that_fell_to_zero_is_left_out() -> None:
    make_delivery(make_edition(), make_subscriber(), state="failed", reason="550")
    Delivery.objects.update(state="sent", reason="")
    assert deliveries_since(DAY) == {("sent", ""): 1}
