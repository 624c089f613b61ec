"""An edition waits after its close until its sources were read, or until its patience is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from newsletter.editions.compose import compose_when_ready, missing_papers
from newsletter.models import Edition
from papers.models import Job, JobStep, Paper, PaperVector
from tests.factories import make_edition, make_job, make_paper

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 17)
CLOSE = datetime(2026, 11, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _sources(settings: Any) -> None:
    settings.SOURCES = ["hugging_face", "arxiv"]
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    settings.EDITION_PATIENCE = 180


@pytest.fixture(autouse=True)
def _paper() -> None:
    make_paper("Tea", listed_on=DAY)


def read(name: str, at: datetime, *, state: str = "done", day: date | None = DAY) -> None:
    job = Job.objects.filter(name=name).first() or make_job(name)
    JobStep.objects.create(job=job, started_at=at, state=state, day=day)


def read_all(at: datetime, *, days: int = 1) -> None:
    for ago in range(days):
        read("daily_lists", at, day=DAY - timedelta(days=ago))
    read("announcements", at, day=None)


def of_day(cadence: str = "daily") -> Edition:
    return Edition.objects.get_or_create(cadence=cadence, day=DAY)[0]


def test_it_waits_until_every_source_was_read_after_the_close() -> None:
    read("announcements", CLOSE - timedelta(minutes=30), day=None)
    assert compose_when_ready("daily", CLOSE) is None
    read("daily_lists", CLOSE + timedelta(minutes=2))
    assert missing_papers(of_day()) == ["announcements"]
    assert compose_when_ready("daily", CLOSE + timedelta(minutes=3)) is None
    read("announcements", CLOSE + timedelta(minutes=34), day=None)
    edition = compose_when_ready("daily", CLOSE + timedelta(minutes=35))
    assert edition is not None
    assert [one.facts["title"] for one in edition.candidates.all()] == ["Tea"]


@pytest.mark.parametrize(
    ("state", "day", "at"),
    [
        ("failed", DAY, CLOSE + timedelta(minutes=2)),
        ("running", DAY, CLOSE + timedelta(minutes=2)),
        ("done", DAY - timedelta(days=1), CLOSE + timedelta(minutes=2)),
        ("done", DAY, CLOSE - timedelta(minutes=1)),
    ],
)
def test_only_a_read_of_that_day_after_it_counts(state: str, day: date, at: datetime) -> None:
    read("daily_lists", at, state=state, day=day)
    assert "daily_lists" in missing_papers(of_day())


def test_it_waits_while_the_vectors_of_its_papers_are_computed() -> None:
    read_all(CLOSE + timedelta(minutes=2))
    assert missing_papers(of_day()) == []
    now = CLOSE + timedelta(minutes=3)
    job = make_job("vectors", next_run_at=now)
    assert compose_when_ready("daily", now) is None
    job.next_run_at, job.lease_until = CLOSE + timedelta(hours=1), now + timedelta(minutes=1)
    job.save()
    assert compose_when_ready("daily", now) is None
    for paper in Paper.objects.all():
        PaperVector.objects.create(paper=paper, dense=b"", terms=b"", made_at=now)
    assert compose_when_ready("daily", now) is not None


def test_vectors_that_no_job_computes_are_not_waited_for() -> None:
    read_all(CLOSE + timedelta(minutes=2))
    make_job("vectors", next_run_at=CLOSE + timedelta(hours=1))
    assert compose_when_ready("daily", CLOSE + timedelta(minutes=3)) is not None


def test_vectors_are_waited_for_no_longer_than_the_patience() -> None:
    assert compose_when_ready("daily", CLOSE) is None
    read_all(CLOSE + timedelta(minutes=2))
    make_job("vectors", next_run_at=CLOSE)
    assert compose_when_ready("daily", CLOSE + timedelta(minutes=179)) is None
    assert compose_when_ready("daily", CLOSE + timedelta(minutes=180)) is not None


def test_without_sources_no_vector_is_waited_for(settings: Any) -> None:
    settings.SOURCES = []
    make_job("vectors", next_run_at=CLOSE)
    assert compose_when_ready("daily", CLOSE) is not None


def test_a_source_that_is_off_is_not_waited_for(settings: Any) -> None:
    settings.SOURCES = ["github"]
    assert missing_papers(of_day()) == []
    assert compose_when_ready("daily", CLOSE) is not None


def test_it_is_composed_without_them_when_the_patience_is_over() -> None:
    assert compose_when_ready("daily", CLOSE) is None
    assert compose_when_ready("daily", CLOSE + timedelta(minutes=179)) is None
    assert compose_when_ready("daily", CLOSE + timedelta(minutes=180)) is not None


def test_the_patience_begins_with_the_first_look_and_not_with_the_close() -> None:
    """A first start in the afternoon: the sources were never read."""
    start = CLOSE + timedelta(hours=13)
    assert compose_when_ready("daily", start) is None
    read_all(start + timedelta(minutes=4))
    assert compose_when_ready("daily", start + timedelta(minutes=5)) is not None


@pytest.mark.django_db(transaction=True)
def test_an_edition_that_another_process_composes_is_not_waited_for(settings: Any) -> None:
    """That process may sleep for an hour, and each tick brings another dispatch."""
    settings.SOURCES = []
    with psycopg.connect(**connection.get_connection_params()) as other:
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
        other.execute(lock, [f"compose daily {DAY}"])
        assert compose_when_ready("daily", CLOSE) is None
    assert compose_when_ready("daily", CLOSE) is not None


@pytest.mark.parametrize(("cadence", "days"), [("daily", 1), ("weekly", 7), ("monthly", 14)])
def test_it_waits_for_each_day_of_its_window_that_is_still_fetched(cadence: str, days: int) -> None:
    """A first start: the lists of 14 days are read one after the other, the newest first."""
    read_all(CLOSE, days=days - 1)
    read("announcements", CLOSE, day=None)
    assert missing_papers(of_day(cadence)) == ["daily_lists"]
    assert compose_when_ready(cadence, CLOSE + timedelta(minutes=1)) is None
    read("daily_lists", CLOSE, day=DAY - timedelta(days=days - 1))
    assert compose_when_ready(cadence, CLOSE + timedelta(minutes=2)) is not None


def test_an_earlier_day_that_was_read_before_it_was_over_is_waited_for() -> None:
    read_all(CLOSE, days=6)
    first = DAY - timedelta(days=6)
    read("daily_lists", datetime(2026, 11, 11, 23, 50, tzinfo=UTC), day=first)
    assert missing_papers(of_day("weekly")) == ["daily_lists"]
    read("daily_lists", datetime(2026, 11, 12, 0, 2, tzinfo=UTC), day=first)
    assert missing_papers(of_day("weekly")) == []


def test_an_earlier_day_that_is_refused_for_good_is_not_waited_for() -> None:
    read_all(CLOSE, days=6)
    read("daily_lists", CLOSE, day=DAY - timedelta(days=6), state="failed")
    assert missing_papers(of_day("weekly")) == ["daily_lists"]
    JobStep.objects.filter(state="failed").update(is_permanent=True)
    assert missing_papers(of_day("weekly")) == []


@pytest.mark.parametrize(
    ("minutes", "patience", "waits"), [(181, 180, True), (190, 180, False), (1, 0, False)]
)
def test_a_source_that_is_just_being_read_is_waited_for(
    settings: Any, minutes: int, patience: int, *, waits: bool
) -> None:
    """Its papers count as read when the run began: a freeze in between would lose them."""
    settings.EDITION_PATIENCE = patience
    edition = of_day()
    edition.awaited_since = CLOSE
    edition.save()
    now = CLOSE + timedelta(minutes=minutes)
    make_job("daily_lists", lease_until=now + timedelta(minutes=5))
    assert (compose_when_ready("daily", now) is None) == waits


def test_no_patience_composes_at_once(settings: Any) -> None:
    settings.EDITION_PATIENCE = 0
    assert compose_when_ready("daily", CLOSE) is not None


def test_the_newest_editions_end_on_the_last_closed_day() -> None:
    read_all(CLOSE, days=30)
    editions = [compose_when_ready(cadence, CLOSE) for cadence in ("daily", "weekly", "monthly")]
    assert [one and one.day for one in editions] == [DAY] * 3


def test_nothing_is_composed_before_any_paper_is_stored(settings: Any) -> None:
    settings.SOURCES = []
    assert compose_when_ready("daily", CLOSE) is not None
    Edition.objects.all().delete()
    Paper.objects.all().delete()
    assert compose_when_ready("daily", CLOSE + timedelta(days=2)) is None


def test_an_edition_that_was_added_early_keeps_its_note() -> None:
    make_edition("daily", DAY, state="open", note="Read the third one.")
    read_all(CLOSE)
    edition = compose_when_ready("daily", CLOSE)
    assert edition is not None
    assert (edition.state, edition.note) == ("frozen", "Read the third one.")
