"""The loop of a run: which errors it survives, when it ends, and what it stores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import ProgrammingError

from papers.catalogue.ingest import IngestReport
from papers.fetched import FetchedPaper
from papers.jobs.fetching import (
    FetchLoop,
    FetchReport,
    ingest_and_classify,
    missing,
    remember_missing,
    store_papers,
)
from papers.models import Paper
from papers.sources import SourceError
from tests.factories import DAY, NOON, make_topic
from web.sql import execute

BROKEN = SourceError("it broke", permanent=False)
WRONG = SourceError("it is wrong")
SPENT = SourceError("come back later", permanent=False, retry_after=90.0)


class Items:
    """Items to read, some of which fail, and what was done with each."""

    def __init__(self, **failures: SourceError | None) -> None:
        self.failures = failures
        self.requested = ""
        self.stored: list[str] = []
        self.missing = ""

    def read(self, name: str) -> str | None:
        self.requested += name
        if failure := self.failures.get(name):
            raise failure
        return None if name in self.failures else name

    def store(self, names: Sequence[str]) -> FetchReport:
        self.stored.append("".join(names))
        return FetchReport(papers=len(names), signals=len(names))

    def add_missing(self, name: str) -> None:
        self.missing += name

    def fetch(self, names: str, loop: FetchLoop | None = None, batch_size: int = 20) -> FetchLoop:
        loop = loop or FetchLoop()
        loop.each(names, self.read, self.store, on_missing=self.add_missing, batch_size=batch_size)
        return loop


# ── the loop ─────────────────────────────────────────────────────────────────


def test_it_stores_full_batches_and_the_rest_at_the_end() -> None:
    items = Items()
    report = items.fetch("abcde", batch_size=2).end()
    assert items.stored == ["ab", "cd", "e"]
    assert report == FetchReport(papers=5, signals=5)


def test_an_item_that_the_service_lacks_is_counted_and_marked_missing() -> None:
    items = Items(b=None)
    assert items.fetch("abc").end() == FetchReport(papers=2, signals=2, unknown=1)
    assert items.missing == "b"


def test_an_item_that_fails_alone_is_left_out_and_reported() -> None:
    items = Items(b=BROKEN, d=BROKEN)
    report = items.fetch("abcde").end()
    assert (items.stored, items.missing) == (["ace"], "")
    assert report.error
    assert (report.error.reason, report.error.permanent) == ("left out: it broke", True)


def test_an_item_that_fails_for_good_is_marked_missing() -> None:
    items = Items(b=WRONG)
    items.fetch("abc")
    assert items.missing == "b"


def test_three_failures_in_a_row_end_the_run() -> None:
    items = Items(b=BROKEN, c=BROKEN, d=BROKEN)
    report = items.fetch("abcdef").end()
    assert (items.requested, items.stored) == ("abcd", ["a"])
    assert report.error is BROKEN


def test_a_success_between_failures_starts_the_count_again() -> None:
    items = Items(a=BROKEN, b=BROKEN, d=BROKEN, e=BROKEN)
    items.fetch("abcdef")
    assert (items.requested, items.stored) == ("abcdef", ["cf"])


def test_a_used_up_quota_ends_the_run_at_once() -> None:
    items = Items(b=SPENT)
    loop = items.fetch("abc")
    items.fetch("xyz", loop)
    assert items.requested == "ab"
    assert loop.end().error is SPENT


def test_a_run_that_stored_nothing_raises_its_error() -> None:
    with pytest.raises(SourceError) as error:
        Items(a=BROKEN).fetch("a").end()
    assert error.value is BROKEN


def test_no_items_are_no_error() -> None:
    assert Items().fetch("").end() == FetchReport()


# ── reports ──────────────────────────────────────────────────────────────────


def test_reports_add_up_and_the_last_error_counts() -> None:
    one = FetchReport(1, 2, 3, 4, BROKEN, 5, 6)
    two = FetchReport(10, 20, 30, 40, None, 50, 60)
    assert one + two == FetchReport(11, 22, 33, 44, BROKEN, 55, 66)
    assert (one + FetchReport(error=WRONG)).error is WRONG


def test_a_report_reads_well() -> None:
    assert str(FetchReport(papers=3, new=1, signals=9)) == "3 papers, 1 new; 9 signals"
    assert str(FetchReport(unknown=2)) == "0 papers, 0 new; 0 signals; 2 unknown there"
    left_out = str(FetchReport(left_out=1, fields_left_out=2))
    assert left_out == "0 papers, 0 new; 0 signals; 1 row left out; 2 fields left out"


def test_the_report_of_an_ingest_counts_every_paper_that_was_read() -> None:
    ingested = IngestReport(new=1, updated=2, unchanged=4, signals=8, paper_ids=(1, 2, 3))
    assert FetchReport.of(ingested) == FetchReport(papers=7, new=1, signals=8)


# ── what is missing ──────────────────────────────────────────────────────────


def test_missing_items_are_remembered_by_source() -> None:
    remember_missing("github", "a/b")
    assert missing("github", ["a/b", "c/d"]) == {"a/b"}
    assert missing("hugging_face", ["a/b"]) == set()


# ── ingest and classify ──────────────────────────────────────────────────────


def walruses(**values: object) -> FetchedPaper:
    raw: dict[str, object] = {"version": len(values)}
    return FetchedPaper(
        **{"title": "On walruses", "arxiv_id": "2503.00001", "listed_on": DAY, "raw": raw, **values}  # type: ignore[arg-type]
    )


@pytest.mark.django_db
def test_new_and_changed_papers_are_classified_and_unchanged_ones_not() -> None:
    topic = make_topic("Walruses", query="walrus")
    ingest_and_classify("hugging_face", [walruses()], read_at=NOON)
    assert list(Paper.objects.get().topics.all()) == [topic]
    topic.paper_links.all().delete()
    assert ingest_and_classify("hugging_face", [walruses()], read_at=NOON).unchanged == 1
    assert not topic.papers.exists()
    later = NOON + timedelta(days=1)
    ingest_and_classify("hugging_face", [walruses(summary="A seal.")], read_at=later)
    assert list(topic.papers.all()) == [Paper.objects.get()]


@pytest.mark.django_db
def test_what_was_left_out_is_logged_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    paper = walruses(left_out=("row 0: upvotes is not a count",))
    rows = ("row 1: paper is missing",)
    report = store_papers("hugging_face", [paper], read_at=NOON, rows_left_out=rows)
    assert report == FetchReport(papers=1, new=1, left_out=1, fields_left_out=1)
    assert caplog.messages == [
        "hugging_face: left out: row 1: paper is missing",
        "hugging_face: left out: row 0: upvotes is not a count",
    ]
    assert store_papers("hugging_face", [], read_at=NOON) == FetchReport()


@pytest.mark.django_db
def test_a_paper_that_cannot_be_classified_is_not_stored() -> None:
    execute("ALTER TABLE papers_papertopic RENAME TO elsewhere")
    with pytest.raises(ProgrammingError, match="papers_papertopic"):
        ingest_and_classify("hugging_face", [walruses()], read_at=NOON)
    assert not Paper.objects.exists()
