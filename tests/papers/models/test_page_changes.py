"""Triggers note each transaction that changes what pages show, once, and make no writer wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from newsletter.models import (
    ArchivedDelivery,
    Candidate,
    ClockReading,
    DatabaseOrigin,
    Delivery,
    DeliveryEvent,
    DigestContent,
    Edition,
    EditionCard,
    EditionTranslation,
    InboundMailbox,
    InboundMessage,
    Tally,
)
from papers.models import (
    Curator,
    Job,
    JobStep,
    Listing,
    PageChange,
    Paper,
    PaperTopic,
    PaperVector,
    RawRecord,
    SearchEntry,
    SearchWord,
    ShareCard,
    Signal,
    Topic,
    Trend,
    WrittenSummary,
)
from tests.factories import (
    DAY,
    NOON,
    make_candidate,
    make_edition,
    make_paper,
    make_paper_topic,
    make_signal,
    make_topic,
)
from web.sql import execute, rows

pytestmark = pytest.mark.django_db(transaction=True)

SHOWN = {
    Candidate, Curator, Edition, EditionTranslation, Listing, Paper, PaperTopic, RawRecord,
    SearchEntry, SearchWord, Signal, Topic, Trend, WrittenSummary,
}  # fmt: skip
# Of the timetable, the triggers, the cards (a page names the address alone), the language models,
# the installation, and what subscribers get.
NOT_SHOWN = {
    ArchivedDelivery, ClockReading, DatabaseOrigin, Delivery, DeliveryEvent, DigestContent,
    EditionCard, InboundMailbox, InboundMessage, Job, JobStep, PageChange, PaperVector, ShareCard,
    Tally,
    WrittenSummary,
}  # fmt: skip


def noted(change: Callable[[], object]) -> int:
    """How many transactions a change notes."""
    before = PageChange.objects.count()
    change()
    return PageChange.objects.count() - before


@pytest.fixture
def paper() -> Paper:
    return make_paper()


def changes(paper: Paper) -> Iterator[Callable[[], object]]:
    edition, topic = make_edition(), make_topic()
    yield lambda: make_topic("Quantum")
    yield lambda: make_paper_topic(paper, topic)
    yield lambda: make_signal(paper, 5)
    yield lambda: Curator.objects.create(name="Ada")
    yield lambda: Listing.objects.create(paper=paper, source="other", day=DAY, read_at=NOON)
    yield lambda: RawRecord.objects.create(
        paper=paper, source="somewhere", day=DAY, payload={}, payload_hash="0"
    )
    yield lambda: Trend.objects.create(
        paper=paper, window="week", day=DAY, value=1.5, components={}, version="1", scored_at=NOON
    )
    yield lambda: SearchWord.objects.create(word="word", papers=1, trigrams=[], last_paper=1)
    yield lambda: make_edition(day=NOON.date().replace(day=1))
    yield lambda: make_candidate(edition, paper)
    yield lambda: Edition.objects.filter(pk=edition.pk).update(note="Read this.")
    yield lambda: Paper.objects.filter(pk=paper.pk).update(title="Another title")
    yield lambda: Topic.objects.filter(pk=topic.pk).update(name="Another name")
    yield lambda: SearchEntry.objects.filter(pk=paper.pk).update(has_code=True)
    yield lambda: Signal.objects.all().delete()
    yield lambda: Candidate.objects.all().delete()
    yield lambda: Edition.objects.filter(pk=edition.pk).delete()
    yield lambda: execute("TRUNCATE papers_trend")


def test_each_change_of_what_pages_show_is_noted(paper: Paper) -> None:
    for number, change in enumerate(changes(paper)):
        assert noted(change) >= 1, number


def test_each_table_that_pages_show_has_the_trigger() -> None:
    found = rows(
        """SELECT tgrelid::regclass::text FROM pg_trigger
            WHERE tgname = 'note_change' AND tgenabled = 'O'"""
    )
    assert {table for (table,) in found} == {model._meta.db_table for model in SHOWN}


def test_each_model_is_one_that_pages_show_or_one_that_they_do_not() -> None:
    ours = {
        model for app in ("papers", "newsletter") for model in apps.get_app_config(app).get_models()
    }
    assert ours == SHOWN | NOT_SHOWN


def test_a_transaction_is_noted_once(paper: Paper) -> None:
    def change() -> None:
        with transaction.atomic():
            make_signal(paper, 1)
            make_signal(paper, 2, kind="comments")
            make_topic()

    assert noted(change) == 1


def test_a_statement_that_finds_nothing_to_change_is_not_noted() -> None:
    assert noted(lambda: Edition.objects.filter(note="no such").update(note="")) == 0
    assert noted(lambda: Signal.objects.all().delete()) == 0


def test_what_is_rolled_back_is_not_noted(paper: Paper) -> None:
    def change() -> None:
        with transaction.atomic():
            make_signal(paper)
            transaction.set_rollback(True)

    assert noted(change) == 0


def test_what_follows_a_savepoint_that_was_rolled_back_is_noted(paper: Paper) -> None:
    def change() -> None:
        with transaction.atomic():
            with transaction.atomic():
                make_signal(paper)
                transaction.set_rollback(True)
            make_topic()

    assert noted(change) == 1


def test_a_change_is_noted_where_the_server_counts_no_rows(paper: Paper) -> None:
    def change() -> None:
        with transaction.atomic():
            execute("SET LOCAL track_counts = off")
            make_signal(paper)

    assert noted(change) == 1


def test_writers_in_open_transactions_wait_for_none_of_the_others(paper: Paper) -> None:
    all_have_written = Barrier(4, timeout=20)  # it breaks when one of them waits for another

    def write(number: int) -> None:
        try:
            with transaction.atomic():
                execute("SET LOCAL lock_timeout = '2s'")
                make_signal(paper, number, source=f"source {number}")
                all_have_written.wait()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    assert Signal.objects.count() == 4


def test_a_transaction_cannot_be_noted_twice() -> None:
    PageChange.objects.create(transaction_id=1, at=NOON)
    with pytest.raises(IntegrityError, match="page_change_once"):
        PageChange.objects.create(transaction_id=1, at=NOON)
    assert str(PageChange.objects.get(transaction_id=1)) == "transaction 1"
