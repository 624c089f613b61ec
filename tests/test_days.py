"""Stories over several days: which editions, lists and digests a paper is in, and when.

The whole way from the sources to the mails: the timetable's jobs read a fake Hugging Face and a
fake arXiv, then each tick composes, queues and delivers.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fakes.arxiv import ATOM
from mail.journal import NO_JOURNAL, Journal
from mail.message import Message
from mail.outcome import Outcome
from newsletter.delivery.compose_again import compose_again
from newsletter.delivery.deliver import deliver
from newsletter.delivery.queueing.dispatch import dispatch_due
from newsletter.models import Delivery, Edition
from papers.jobs.run import due, run
from papers.jobs.timetable import JOBS
from papers.sources.http import Limits
from subscribers.models import Subscriber
from tests.factories import make_batch, make_subscriber

pytestmark = pytest.mark.django_db
TIMES = ((0, 3), (0, 41), (7, 0), (12, 3))  # of each day


def nov(day: int) -> date:
    return date(2026, 11, day)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass
class World:
    """What the services answer, and how far the time is. Papers are named by one letter."""

    lists: dict[date, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    announced: list[tuple[str, date]] = field(default_factory=list)
    unavailable: set[date] = field(default_factory=set)
    is_down: bool = False

    def show(self, day: int, names: str, **values: Any) -> None:
        for name in names:
            self.lists[nov(day)][name] = {"upvotes": 9, **values}

    def hugging_face(self, request: Request) -> Response:
        day = date.fromisoformat(request.args["date"])
        if self.is_down or day in self.unavailable:
            return Response(status=503)
        submitted = f"{day}T08:00:00.000Z"
        rows = [
            {"paper": {"id": arxiv_id(name), "title": f"On {name}", **values}}
            | {"submittedOnDailyAt": submitted}
            for name, values in self.lists[day].items()
        ]
        response = Response(content_type="application/json")
        response.set_data(re.sub("'", '"', str(rows)))
        return response

    def feed(self, _: Request) -> Response:
        entries = "".join(
            f"<entry><id>oai:arXiv.org:{arxiv_id(name)}v1</id><title>On {name}</title>"
            f"<summary>It is new.</summary><published>{day}T00:00:00-05:00</published>"
            "<arxiv:announce_type>new</arxiv:announce_type></entry>"
            for name, day in self.announced
        )
        return Response(f"<feed {ATOM}>{entries}</feed>", content_type="application/atom+xml")

    def send(self, burst: Sequence[Message], journal: Journal = NO_JOURNAL) -> list[Outcome]:
        return [Outcome("accepted") for _ in burst]

    def tick(self, now: datetime) -> None:
        while jobs := due(JOBS, now):  # as the worker does: one may make another one due
            run(jobs[0], clock=lambda: now)
        with time_machine.travel(now, tick=False):
            for cadence in Subscriber.Cadence.values:
                for batch in dispatch_due(cadence, now):
                    deliver(batch, now + timedelta(minutes=1), self)

    def days(self, first: int, last: int) -> None:
        for day in range(first, last + 1):
            for hour, minute in TIMES:
                self.tick(at(day, hour, minute))


@pytest.fixture
def world(httpserver_ipv4: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    world, url = World(), httpserver_ipv4.url_for("")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    monkeypatch.setattr("papers.jobs.timetable.RUN", Limits(attempts=1))
    for name in ("HUGGING_FACE_URL", "ARXIV_URL", "ARXIV_FEED_URL"):
        setattr(settings, name, url)
    settings.ARXIV_REST_SECONDS = 0.001
    settings.EMBEDDING_MODEL = "none"  # each of its starts takes a second
    settings.SOURCES, settings.ARXIV_CATEGORIES = ["hugging_face", "arxiv"], ["cs.LG"]
    settings.BACKFILL_DAYS, settings.EDITION_PATIENCE, settings.DIGEST_MINIMUM = 14, 180, 1
    server = httpserver_ipv4
    server.expect_request("/api/daily_papers").respond_with_handler(world.hugging_face)
    server.expect_request(re.compile("/api/papers/.*")).respond_with_json({}, status=404)
    server.expect_request("/atom/cs.LG").respond_with_handler(world.feed)
    server.expect_request("/api/query").respond_with_data(f"<feed {ATOM}></feed>")
    return world


def arxiv_id(name: str) -> str:
    return f"2611.{ord(name):05}"


def name_of(identity: str | None) -> str:
    return chr(int(str(identity)[-5:]))


def reader(cadence: str = "daily", **values: Any) -> Subscriber:
    """A subscriber since long ago, due next on 9 November at seven."""
    defaults = {"hour": 7, "timezone": "UTC", "weekday": 0}
    return make_subscriber(
        cadence=cadence,
        **{**defaults, "next_send_at": at(9, 7), "last_digest_at": at(2, 7), **values},
    )


def digests(subscriber: Subscriber) -> dict[int, str]:
    """The papers that a reader was sent, by the last day of the edition."""
    sent = Delivery.objects.filter(subscriber=subscriber, state=Delivery.State.SENT)
    return {
        one.edition.day.day: papers_of(one.edition, {pick.position for pick in one.picks})
        for one in sent.order_by("edition__day")
    }


def papers_of(edition: Edition, positions: set[int] | None = None) -> str:
    rows = edition.candidates.select_related("paper")
    kept = [row for row in rows if positions is None or row.position in positions]
    return "".join(sorted(name_of(row.paper.arxiv_id) for row in kept))


def edition_of(day: int, cadence: str = "daily") -> str:
    return papers_of(Edition.objects.get(cadence=cadence, day=nov(day), state="frozen"))


def listed(client: Client, day: int) -> str:
    rows = client.get(f"/api/daily_papers?date={nov(day)}").json()
    days = {row["submittedOnDailyAt"][:10] for row in rows}
    assert days <= {str(nov(day))}
    return "".join(sorted(name_of(row["paper"]["id"]) for row in rows))


# ── the day of a paper ───────────────────────────────────────────────────────


def test_an_announced_paper_belongs_to_the_day_whose_list_shows_it(
    world: World, client: Client
) -> None:
    world.announced = [("A", nov(12)), ("B", nov(12))]
    subscriber = reader(next_send_at=at(13, 7))
    world.tick(at(12, 12, 41))
    assert listed(client, 12) == "AB"
    world.show(13, "A", upvotes=100)
    world.days(13, 14)
    assert (listed(client, 12), listed(client, 13)) == ("B", "A")
    assert (edition_of(12), edition_of(13)) == ("B", "A")
    assert digests(subscriber) == {12: "B", 13: "A"}


def test_a_paper_on_two_lists_is_in_both_editions_and_is_sent_once(
    world: World, client: Client
) -> None:
    again = 11  # the edition of the 9th was sent before this day begins
    world.show(9, "AB")
    world.show(again, "AC")
    daily, weekly = reader(next_send_at=at(10, 7)), reader("weekly", next_send_at=at(13, 7))
    world.days(9, 13)
    assert (listed(client, 9), listed(client, again)) == ("AB", "AC")
    assert (edition_of(9), edition_of(again)) == ("AB", "AC")
    assert digests(daily) == {9: "AB", again: "C"}
    assert digests(weekly) == {12: "ABC"}


def test_a_reader_who_changes_the_cadence_gets_each_paper_once(world: World) -> None:
    world.show(9, "A")
    world.show(11, "B")
    subscriber = reader(next_send_at=at(10, 7))
    world.days(9, 11)
    Subscriber.objects.update(cadence="weekly", next_send_at=at(12, 7))
    world.days(12, 12)
    assert edition_of(11, "weekly") == "AB"
    assert digests(subscriber) == {9: "A", 11: "B"}


# ── sources that do not answer ───────────────────────────────────────────────


def test_a_source_that_is_back_within_the_patience_costs_nothing(world: World) -> None:
    world.show(9, "AB")
    subscriber = reader(hour=1, next_send_at=at(10, 1))
    world.days(9, 9)
    world.is_down = True
    world.show(9, "C")  # in the evening
    world.tick(at(10, 0, 41))
    world.tick(at(10, 1, 5))
    assert digests(subscriber) == {}
    world.is_down = False
    world.tick(at(10, 2, 5))
    assert digests(subscriber) == {9: "ABC"}


def test_a_source_that_is_back_later_has_late_papers(world: World) -> None:
    subscriber = reader(next_send_at=at(10, 1), hour=1)
    world.show(6, "Z")
    world.days(9, 9)
    world.is_down = True
    world.show(9, "ABCDE")
    for hour in range(4):
        world.tick(at(10, hour, 41))
    assert edition_of(9) == ""
    world.is_down = False
    world.tick(at(10, 5, 5))
    world.show(10, "F")
    world.days(11, 12)
    assert edition_of(10) == "ABCDEF"
    assert digests(subscriber) == {10: "ABCDEF"}
    late = Edition.objects.get(cadence="daily", day=nov(10)).candidates.exclude(facts__late="")
    assert sorted(name_of(one.paper.arxiv_id) for one in late) == list("ABCDE")
    assert "late, from the list of 9 November" in " ".join(
        pick.reason for one in Delivery.objects.filter(edition__day=nov(10)) for pick in one.picks
    )


def test_an_empty_edition_is_composed_again_when_the_source_is_back(world: World) -> None:
    subscriber = reader(next_send_at=at(10, 3), hour=3)
    world.show(6, "Z")
    world.days(9, 9)
    world.is_down = True
    world.show(9, "AB")
    for hour in range(4):
        world.tick(at(10, hour, 41))
    assert Delivery.objects.get().state == "skipped"
    world.is_down = False
    world.tick(at(10, 5, 5))
    edition = Edition.objects.get(cadence="daily", day=nov(9))
    compose_again(edition.pk, at(10, 5, 6))
    with time_machine.travel(at(10, 5, 7), tick=False):
        deliver(make_batch(edition), at(10, 5, 9), world)
    world.days(11, 11)
    assert digests(subscriber) == {9: "AB"}


def test_a_first_start_waits_for_all_lists_of_a_window(world: World) -> None:
    for number, day in enumerate(range(4, 11)):
        world.show(day, chr(ord("A") + number))
    world.unavailable = {nov(5)}
    weekly = reader("weekly", next_send_at=at(11, 13), last_digest_at=None)
    daily = reader(next_send_at=at(11, 13), last_digest_at=None)
    world.tick(at(11, 13, 1))
    assert (digests(daily), digests(weekly)) == ({10: "G"}, {})
    world.unavailable = set()
    world.tick(at(11, 13, 7))
    assert digests(weekly) == {10: "ABCDEFG"}


# ── withdrawn in between ─────────────────────────────────────────────────────


def test_a_paper_that_is_withdrawn_before_its_edition_is_sent_is_in_no_digest(
    world: World, client: Client
) -> None:
    world.show(9, "AB")
    subscriber = reader(next_send_at=at(10, 7))
    world.tick(at(9, 12, 3))
    world.tick(at(10, 0, 3))
    world.tick(at(10, 0, 41))
    assert edition_of(9) == "AB"
    world.show(9, "A", withdrawnAt="2026-11-10T01:00:00.000Z")
    world.tick(at(10, 3, 30))
    assert listed(client, 9) == "B"
    world.tick(at(10, 7))
    assert digests(subscriber) == {9: "B"}
    entry = client.get(f"/api/papers/{arxiv_id('A')}").json()
    assert entry["withdrawnAt"] == "2026-11-10T00:00:00.000Z"
