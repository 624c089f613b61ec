"""The contents of the loaded sample."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Count, Max

from local.sample import catalogue
from local.sample.load import Loaded, load
from newsletter.editions.compose import compose
from papers.models import Curator, Paper, PaperTopic, RawRecord, Signal
from papers.queries import ranked
from subscribers.models import ConsentEntry, Interest, Subscriber
from tests.local.conftest import NOW
from tests.local.tables import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample", "laptop")]

TODAY = NOW.date()
YESTERDAY = date(2026, 11, 22)


def test_every_paper_has_topics_and_a_raw_record() -> None:
    without = Paper.objects.exclude(pk__in=PaperTopic.objects.values("paper"))
    assert not without.exists(), list(without.values_list("title", flat=True))
    assert RawRecord.objects.filter(source="sample").count() == 50


def test_the_byline_gets_its_curator() -> None:
    assert list(Curator.objects.values_list("name", "is_sample")) == [("AK", True)]


def test_every_read_lies_between_the_listing_and_now() -> None:
    assert not Signal.objects.filter(read_at__gt=NOW).exists()
    for read_at, listed_on in Signal.objects.values_list("read_at", "paper__listed_on"):
        assert read_at.date() >= listed_on


def test_most_papers_are_read_several_times_a_day() -> None:
    votes = Paper.objects.filter(signals__kind="upvotes").annotate(reads=Count("signals"))
    assert votes.count() == 50
    assert min(paper.reads for paper in votes) >= 3  # listed today: 00:00, 04:00, 08:00


@pytest.mark.parametrize(("window", "least"), [("day", 6), ("week", 42), ("month", 50)])
def test_todays_lists_are_full_and_scored(window: str, least: int) -> None:
    places = ranked(window, TODAY)  # type: ignore[arg-type]
    assert len(places) >= least
    assert all(place.trend is not None for place in places)
    assert any(place.facts["upvotes_gain"] for place in places)


def test_the_week_shows_sparklines_that_rise() -> None:
    assert sum(len(set(place.facts["spark"])) > 3 for place in ranked("week", TODAY)) > 20
    assert not any(place.facts["spark"] for place in ranked("day", TODAY)), "they are a day old"


def test_every_earlier_day_has_its_list_in_order() -> None:
    for ago in range(catalogue.LISTED_DAYS):
        places = ranked("day", TODAY - timedelta(days=ago))
        assert len(places) >= 6
        assert all(place.trend is not None for place in places)


@pytest.mark.parametrize(("cadence", "least"), [("daily", 6), ("weekly", 42), ("monthly", 42)])
def test_yesterdays_editions_are_full(cadence: str, least: int) -> None:
    edition = compose(cadence, YESTERDAY, NOW)
    assert edition.is_sample
    assert edition.candidates.count() >= least


def test_readers_are_confirmed_due_at_once_and_marked_as_sample() -> None:
    for reader in Subscriber.objects.all():
        assert reader.email.endswith("@example.com")
        assert (reader.state, reader.is_sample) == ("active", True)
        assert reader.confirmed_at == reader.next_send_at == NOW


def test_readers_follow_what_the_catalogue_says() -> None:
    bruno = Interest.objects.filter(subscriber__email="bruno@example.com")
    assert set(bruno.values_list("topic__slug", flat=True)) == {
        "computer-vision",
        "video",
        "image-generation",
    }
    goran = Subscriber.objects.get(email="goran@example.com")
    assert (goran.cadence, goran.timezone) == ("monthly", "Australia/Sydney")
    assert goran.interests.get(kind="keyword").term == "medical"


def test_each_reader_has_one_consent_entry_with_its_origin() -> None:
    entries = ConsentEntry.objects.all()
    assert entries.count() == Subscriber.objects.count()
    assert {(entry.step, entry.detail["from"]) for entry in entries} == {("imported", "the sample")}


def test_one_reader_follows_only_what_the_sample_lacks() -> None:
    hana = Interest.objects.get(subscriber__email="hana@example.com")
    assert not PaperTopic.objects.filter(topic=hana.topic).exists()


def test_loading_twice_leaves_the_same_rows() -> None:
    before = rows()
    assert load(NOW) == Loaded(papers=0, signals=0, readers=0, real=0)
    assert rows() == before


def test_loading_later_adds_reads_and_moves_no_paper() -> None:
    listed = dict(Paper.objects.values_list("pk", "listed_on"))
    reads = set(Signal.objects.values_list("paper", "kind", "read_at", "value"))
    later = NOW + timedelta(days=2)
    loaded = load(later)
    assert (loaded.papers, loaded.readers) == (0, 0)
    assert loaded.signals == Signal.objects.count() - len(reads) > 0
    assert dict(Paper.objects.values_list("pk", "listed_on")) == listed
    assert reads < set(Signal.objects.values_list("paper", "kind", "read_at", "value"))
    newest = Signal.objects.aggregate(newest=Max("read_at"))["newest"]
    assert later - timedelta(hours=4) < newest <= later


def test_a_sample_reader_who_left_is_not_brought_back() -> None:
    Subscriber.objects.filter(email="ada@example.com").update(
        state="unsubscribed", next_send_at=None
    )
    assert load(NOW).readers == 0
    assert Subscriber.objects.get(email="ada@example.com").state == "unsubscribed"
