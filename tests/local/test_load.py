from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Count, Max
from pytest_django import Settings

from local.sample import catalogue
from local.sample.load import Loaded, RefusedError, load
from newsletter.compose import compose
from newsletter.models import Delivery, Edition
from papers.fetched import FetchedPaper, FetchedSignal
from papers.ingest import ingest
from papers.models import Curator, Paper, PaperTopic, RawRecord, Signal
from papers.queries import ranked
from subscribers.models import ConsentEntry, Interest, Subscriber
from tests.factories import make_subscriber
from tests.local.tables import counts, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laptop")]

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
YESTERDAY = date(2026, 11, 22)


# ── where it may be loaded ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("EMBEDDED", False, "DATABASE_URL"),
        ("MAILBOX_DIR", "", "MAILBOX_DIR"),
        ("MAIL_PROVIDER", "postmark", "MAIL_PROVIDER=smtp"),
        ("EMAIL_HOST", "mail.example.org", "EMAIL_HOST=127.0.0.1"),
        ("EMAIL_HOST", "localhost", "EMAIL_HOST=127.0.0.1"),
    ],
)
def test_it_is_refused_where_mail_could_leave_this_machine(
    setting: str, value: object, said: str, laptop: Settings
) -> None:
    setattr(laptop, setting, value)
    before = counts()
    with pytest.raises(RefusedError, match=said):
        load(NOW)
    assert counts() == before


# ── papers ───────────────────────────────────────────────────────────────────


def test_it_brings_fifty_papers_marked_as_sample() -> None:
    assert load(NOW).papers == 50
    assert Paper.objects.filter(is_sample=True).count() == Paper.objects.count() == 50
    paper = Paper.objects.get(arxiv_id="1611.08669")
    assert paper.title == "Visual Dialog"
    assert paper.authors[:2] == ["Abhishek Das", "Satwik Kottur"]
    assert paper.summary == catalogue.papers()[0].summary


def test_every_paper_has_topics_and_what_it_was_made_of() -> None:
    load(NOW)
    without = Paper.objects.exclude(pk__in=PaperTopic.objects.values("paper"))
    assert not without.exists(), list(without.values_list("title", flat=True))
    assert RawRecord.objects.filter(source="sample").count() == 50


def test_the_byline_gets_its_curator() -> None:
    load(NOW)
    assert list(Curator.objects.values_list("name", "is_sample")) == [("AK", True)]


def test_a_curator_of_that_name_who_is_here_stays_real() -> None:
    Curator.objects.create(name="AK", url="https://example.org/")
    load(NOW)
    assert Curator.objects.get().is_sample is False


def test_no_read_is_later_than_now_and_none_earlier_than_its_listing() -> None:
    load(NOW)
    assert not Signal.objects.filter(read_at__gt=NOW).exists()
    for read_at, listed_on in Signal.objects.values_list("read_at", "paper__listed_on"):
        assert read_at.date() >= listed_on


def test_every_paper_has_been_read_and_most_of_them_several_times_a_day() -> None:
    load(NOW)
    votes = Paper.objects.filter(signals__kind="upvotes").annotate(reads=Count("signals"))
    assert votes.count() == 50
    assert min(paper.reads for paper in votes) >= 3  # listed today: 00:00, 04:00, 08:00


def test_just_after_midnight_todays_papers_are_there_already() -> None:
    midnight = datetime(2026, 11, 23, 0, 0, 30, tzinfo=UTC)
    load(midnight)
    today = ranked("day", TODAY)
    assert len(today) >= 6
    assert all(place.facts["upvotes"] is not None for place in today)


@pytest.mark.parametrize(("window", "least"), [("day", 6), ("week", 42), ("month", 50)])
def test_todays_lists_are_full_scored_and_alive(window: str, least: int) -> None:
    load(NOW)
    places = ranked(window, TODAY)  # type: ignore[arg-type]
    assert len(places) >= least
    assert all(place.trend is not None for place in places)
    assert any(place.facts["upvotes_gain"] for place in places)


def test_the_week_shows_sparklines_that_rise() -> None:
    load(NOW)
    assert sum(len(set(place.facts["spark"])) > 3 for place in ranked("week", TODAY)) > 20


def test_every_earlier_day_has_its_list_in_order() -> None:
    load(NOW)
    for ago in range(catalogue.LISTED_DAYS):
        places = ranked("day", TODAY - timedelta(days=ago))
        assert len(places) >= 6
        assert all(place.trend is not None for place in places)


@pytest.mark.parametrize(("cadence", "least"), [("daily", 6), ("weekly", 42), ("monthly", 42)])
def test_yesterdays_editions_are_full(cadence: str, least: int) -> None:
    load(NOW)
    edition = compose(cadence, YESTERDAY, NOW)
    assert edition.is_sample
    assert edition.candidates.count() >= least


def test_an_edition_that_had_closed_empty_closes_again_with_the_sample() -> None:
    assert compose("weekly", YESTERDAY, NOW).candidates.count() == 0
    load(NOW)
    assert compose("weekly", YESTERDAY, NOW).candidates.count() >= 42


def test_an_empty_edition_that_somebody_works_on_stays() -> None:
    noted = compose("weekly", YESTERDAY, NOW)
    Edition.objects.filter(pk=noted.pk).update(note="A quiet week.")
    answered = compose("daily", YESTERDAY, NOW)
    Delivery.objects.create(
        edition=answered, subscriber=make_subscriber(), next_attempt_at=NOW, created_at=NOW
    )
    load(NOW)
    assert set(Edition.objects.filter(pk__in=[noted.pk, answered.pk])) == {noted, answered}


# ── readers ──────────────────────────────────────────────────────────────────


def test_readers_are_confirmed_due_at_once_and_marked_as_sample() -> None:
    load(NOW)
    for reader in Subscriber.objects.all():
        assert reader.email.endswith("@example.com")
        assert (reader.state, reader.is_sample) == ("active", True)
        assert reader.confirmed_at == reader.next_send_at == NOW


def test_readers_follow_what_the_catalogue_says() -> None:
    load(NOW)
    bruno = Interest.objects.filter(subscriber__email="bruno@example.com")
    assert set(bruno.values_list("topic__slug", flat=True)) == {
        "computer-vision",
        "video",
        "image-generation",
    }
    goran = Subscriber.objects.get(email="goran@example.com")
    assert (goran.cadence, goran.timezone) == ("monthly", "Australia/Sydney")
    assert goran.interests.get(kind="keyword").term == "medical"


def test_each_reader_has_one_entry_of_consent_that_says_where_they_came_from() -> None:
    load(NOW)
    entries = ConsentEntry.objects.all()
    assert entries.count() == Subscriber.objects.count()
    assert {(entry.step, entry.detail["from"]) for entry in entries} == {("imported", "the sample")}


def test_one_reader_follows_only_what_the_sample_has_not() -> None:
    load(NOW)
    hana = Interest.objects.get(subscriber__email="hana@example.com")
    assert not PaperTopic.objects.filter(topic=hana.topic).exists()


# ── loading again ────────────────────────────────────────────────────────────


def test_loading_twice_leaves_the_same_rows() -> None:
    load(NOW)
    before = rows()
    assert load(NOW) == Loaded(papers=0, signals=0, readers=0, real=0)
    assert rows() == before


def test_loading_later_goes_on_reading_and_moves_no_paper() -> None:
    load(NOW)
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
    load(NOW)
    Subscriber.objects.filter(email="ada@example.com").update(
        state="unsubscribed", next_send_at=None
    )
    assert load(NOW).readers == 0
    assert Subscriber.objects.get(email="ada@example.com").state == "unsubscribed"


# ── beside what is real ──────────────────────────────────────────────────────


def test_a_real_reader_of_that_address_is_left_alone() -> None:
    ada = make_subscriber("ada@example.com", cadence="monthly")
    before = Subscriber.objects.filter(pk=ada.pk).values().get()
    load(NOW)
    assert Subscriber.objects.filter(pk=ada.pk).values().get() == before
    assert not ada.interests.exists()


@pytest.mark.parametrize("arxiv_id", ["1611.08669", None])
def test_a_real_paper_of_the_catalogue_gets_nothing_invented(arxiv_id: str | None) -> None:
    told = FetchedPaper(
        title="Visual Dialog",
        arxiv_id=arxiv_id,
        summary="What the authors wrote.",
        listed_on=date(2026, 11, 23),
        signals=(FetchedSignal("upvotes", 12),),
        raw={"real": True},
    )
    ingest("hugging_face", [told], read_at=NOW)
    before = Paper.objects.values().get()
    assert load(NOW).real == 1
    after = Paper.objects.filter(pk=before["id"]).values().get()
    assert after == before
    assert list(Signal.objects.filter(paper=before["id"]).values_list("source", "value")) == [
        ("hugging_face", 12)
    ]
    assert Paper.objects.count() == 50
