"""The first digest: once for each confirmation, beside the regular slot, never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from newsletter.delivery.queueing.dispatch import dispatch_due, skip_due
from newsletter.delivery.queueing.welcome import DueWelcome, _queue, can_greet, queue_welcomes
from newsletter.delivery.seen import seen_papers
from newsletter.editions.loaded_edition import load_edition
from newsletter.models import Delivery, Edition, StoredPick
from papers.models import PaperVector
from subscribers.models import Interest, ReaderProfile, SeedRequest, Subscriber
from tests.factories import (
    make_candidate,
    make_content,
    make_edition,
    make_paper,
    make_subscriber,
    make_topic,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 14, 8, 0, 30, tzinfo=UTC)
FRIDAY_SLOT = datetime(2025, 3, 21, 8, tzinfo=UTC)
THURSDAY = date(2025, 3, 13)


def welcome(now: datetime = NOW, minimum: int = 1) -> list[Delivery]:
    """Queue the welcome digests; returns the new deliveries."""
    before = set(Delivery.objects.values_list("pk", flat=True))
    list(queue_welcomes(now, minimum=minimum))
    return list(Delivery.objects.exclude(pk__in=before).order_by("pk"))


def make_new(**values: Any) -> Subscriber:
    defaults = {"welcome_due_at": NOW, "next_send_at": FRIDAY_SLOT, "confirmed_at": NOW}
    return make_subscriber(**{**defaults, **values})


def make_edition_of(cadence: str, papers: int = 3, day: date = THURSDAY, **topics: Any) -> Edition:
    edition = make_edition(cadence, day)
    for number in range(papers):
        paper = make_paper()
        facts = {"title": paper.title, "summary": "", "authors": [], "position": 1}
        figures = {"upvotes_window_gain": 0, "stars": 0, "since": "this week"}
        make_candidate(edition, paper, position=number + 1, facts=facts | figures, **topics)
    return edition


def test_a_new_reader_gets_the_newest_closed_edition_at_once() -> None:
    make_edition_of("weekly", day=THURSDAY - timedelta(days=1))
    newest = make_edition_of("weekly")
    make_edition("weekly", date(2025, 3, 14), state="open")
    reader = make_new()
    [delivery] = welcome()
    assert (delivery.subscriber, delivery.edition) == (reader, newest)
    assert delivery.state == "queued"


def test_the_regular_slot_stays() -> None:
    make_edition_of("weekly")
    reader = make_new()
    welcome()
    reader.refresh_from_db()
    assert (reader.next_send_at, reader.last_digest_at) == (FRIDAY_SLOT, None)
    assert (reader.welcome_due_at, reader.welcomed_at) == (None, NOW)


def test_it_is_queued_once() -> None:
    make_edition_of("weekly")
    make_new()
    assert len(welcome()) == 1
    assert welcome(NOW + timedelta(minutes=1)) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_queue_it_once() -> None:
    make_edition_of("weekly")
    for _ in range(20):
        make_new()

    def run(_: int) -> None:
        list(queue_welcomes(NOW, minimum=1))
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert Delivery.objects.count() == 20


def test_other_readers_get_none() -> None:
    make_edition_of("weekly")
    make_new(welcome_due_at=None)
    make_new(welcome_due_at=NOW + timedelta(minutes=1))
    make_new(state="unsubscribed", next_send_at=None)
    make_new(state="suppressed", next_send_at=None)
    assert welcome() == []


def test_it_waits_for_the_first_edition_of_a_new_site() -> None:
    make_new()
    assert welcome() == []
    make_edition_of("weekly")
    assert len(welcome(NOW + timedelta(days=1))) == 1


@pytest.mark.parametrize("closed", ["cancelled_at", "paused_at"])
def test_an_edition_that_is_not_sent_is_left_out(closed: str) -> None:
    older = make_edition_of("weekly", day=THURSDAY - timedelta(days=1))
    newest = make_edition_of("weekly")
    Edition.objects.filter(pk=newest.pk).update(**{closed: NOW})
    make_new()
    assert [delivery.edition for delivery in welcome()] == [older]


def test_a_reader_for_whom_the_day_holds_too_little_gets_a_week() -> None:
    robots = make_topic("Robots")
    make_edition_of("daily", 1, topics={robots.slug: 0.9})
    week = make_edition_of("weekly", 3, topics={robots.slug: 0.9})
    reader = make_new(cadence="daily")
    Interest.objects.create(subscriber=reader, topic=robots)
    assert [delivery.edition for delivery in welcome(minimum=2)] == [week]


def test_a_reader_for_whom_nothing_suffices_gets_their_own_cadence_and_a_reason_there() -> None:
    day = make_edition_of("daily", 1)
    make_edition_of("weekly", 1)
    make_new(cadence="daily")
    assert [delivery.edition for delivery in welcome(minimum=2)] == [day]


def test_it_waits_three_minutes_for_papers_that_the_reader_named() -> None:
    make_edition_of("weekly")
    reader = make_new()
    request = SeedRequest.objects.create(
        subscriber=reader, kind="arxiv", identity="1706.03762", next_attempt_at=NOW, asked_at=NOW
    )
    assert welcome() == []
    assert len(welcome(NOW + timedelta(minutes=3))) == 1
    Subscriber.objects.update(welcome_due_at=NOW)
    Delivery.objects.all().delete()
    SeedRequest.objects.filter(pk=request.pk).update(state="found")
    assert len(welcome()) == 1


def test_it_waits_for_the_vectors_of_liked_papers() -> None:
    make_edition_of("weekly")
    reader, paper = make_new(), make_paper()
    ReaderProfile.objects.create(subscriber=reader, liked=[paper.pk], liked_days=[20_000])
    assert welcome() == []
    PaperVector.objects.create(paper=paper, dense=b"", terms=b"", made_at=NOW)
    assert len(welcome()) == 1


def test_a_slot_in_the_same_edition_brings_no_second_digest() -> None:
    edition = make_edition_of("weekly")
    make_new(next_send_at=NOW)
    assert len(welcome()) == 1
    list(dispatch_due("weekly", NOW + timedelta(hours=1)))
    assert Delivery.objects.filter(edition=edition).count() == 1


def test_a_regular_digest_that_is_queued_first_is_the_first_one() -> None:
    make_edition_of("weekly")
    reader = make_new(next_send_at=NOW)
    list(dispatch_due("weekly", NOW))
    reader.refresh_from_db()
    assert reader.welcome_due_at is None
    assert welcome() == []


@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
def test_what_it_sent_does_not_come_again_in_an_edition_of_any_cadence(cadence: str) -> None:
    edition, paper = make_edition("weekly", THURSDAY), make_paper()
    make_candidate(edition, paper, position=1)
    reader = make_new()
    [delivery] = welcome()
    make_content(delivery, [StoredPick(1, paper.pk, "")])
    Delivery.objects.filter(pk=delivery.pk).update(state="sent")
    later = make_edition(cadence, date(2025, 3, 14))
    make_candidate(later, paper, position=1)
    scope = load_edition(later.pk).seen_scope
    assert seen_papers([reader.pk], later.pk, scope) == {reader.pk: {paper.pk}}


def test_an_operator_who_skips_what_was_due_skips_it_too() -> None:
    make_edition_of("weekly")
    make_new()
    skip_due(NOW)
    assert welcome() == []


def test_an_edition_that_is_cancelled_while_it_is_chosen_is_not_sent() -> None:
    """The reader waits for the next tick, and gets the edition that is the newest by then."""
    reader, older = make_new(), make_edition_of("weekly", day=THURSDAY - timedelta(days=1))
    newest = make_edition_of("weekly")
    due = [DueWelcome(reader.pk, reader.cadence, NOW)]
    Edition.objects.filter(pk=newest.pk).update(cancelled_at=NOW)
    assert _queue(newest.pk, due, NOW) is None
    reader.refresh_from_db()
    assert (reader.welcome_due_at, reader.welcomed_at) == (NOW, None)
    assert [delivery.edition for delivery in welcome()] == [older]


def test_greeting_needs_an_edition_that_can_be_sent() -> None:
    make_edition("daily", state="open")
    make_edition("weekly", paused_at=NOW)
    assert not can_greet()
    make_edition("monthly")
    assert can_greet()
