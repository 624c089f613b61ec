"""Loading the sample: where it is allowed, and what it leaves as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from local.sample import catalogue
from local.sample.load import RefusedError, load
from newsletter.editions.compose import compose
from newsletter.models import Delivery, Edition
from papers.catalogue.ingest import ingest
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Curator, Paper, Signal
from papers.queries import ranked
from subscribers.models import Subscriber
from tests.factories import make_subscriber
from tests.local.conftest import NOW
from tests.local.tables import counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laptop")]

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


def test_it_adds_fifty_papers_marked_as_sample() -> None:
    assert load(NOW).papers == 50
    assert Paper.objects.filter(is_sample=True).count() == Paper.objects.count() == 50
    paper = Paper.objects.get(arxiv_id="1611.08669")
    assert paper.title == "Visual Dialog"
    assert paper.authors[:2] == ["Abhishek Das", "Satwik Kottur"]
    assert paper.summary == catalogue.papers()[0].summary


def test_an_existing_curator_of_that_name_stays_real() -> None:
    Curator.objects.create(name="AK", url="https://example.org/")
    load(NOW)
    assert Curator.objects.get().is_sample is False


def test_just_after_midnight_todays_papers_exist_already() -> None:
    midnight = datetime(2026, 11, 23, 0, 0, 30, tzinfo=UTC)
    load(midnight)
    today = ranked("day", TODAY)
    assert len(today) >= 6
    assert all(place.facts["upvotes"] is not None for place in today)


def test_an_edition_that_closed_empty_closes_again_with_the_sample() -> None:
    assert compose("weekly", YESTERDAY, NOW).candidates.count() == 0
    load(NOW)
    assert compose("weekly", YESTERDAY, NOW).candidates.count() >= 42


def test_an_empty_edition_with_a_note_stays() -> None:
    noted = compose("weekly", YESTERDAY, NOW)
    Edition.objects.filter(pk=noted.pk).update(note="A quiet week.")
    answered = compose("daily", YESTERDAY, NOW)
    Delivery.objects.create(
        edition=answered, subscriber=make_subscriber(), next_attempt_at=NOW, created_at=NOW
    )
    load(NOW)
    assert set(Edition.objects.filter(pk__in=[noted.pk, answered.pk])) == {noted, answered}


# ── readers ──────────────────────────────────────────────────────────────────


def test_a_real_reader_of_that_address_is_unchanged() -> None:
    ada = make_subscriber("ada@example.com", cadence="monthly")
    before = Subscriber.objects.filter(pk=ada.pk).values().get()
    load(NOW)
    assert Subscriber.objects.filter(pk=ada.pk).values().get() == before
    assert not ada.interests.exists()


@pytest.mark.parametrize("arxiv_id", ["1611.08669", None])
def test_a_real_paper_of_the_catalogue_gets_no_invented_signal(arxiv_id: str | None) -> None:
    fetched = FetchedPaper(
        title="Visual Dialog",
        arxiv_id=arxiv_id,
        summary="What the authors wrote.",
        listed_on=date(2026, 11, 23),
        signals=(FetchedSignal("upvotes", 12),),
        raw={"real": True},
    )
    ingest("hugging_face", [fetched], read_at=NOW)
    before = Paper.objects.values().get()
    assert load(NOW).real == 1
    after = Paper.objects.filter(pk=before["id"]).values().get()
    assert after == before
    assert list(Signal.objects.filter(paper=before["id"]).values_list("source", "value")) == [
        ("hugging_face", 12)
    ]
    assert Paper.objects.count() == 50
