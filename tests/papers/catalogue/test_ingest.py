"""Storing what sources return: rows, fields, signals and payloads."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DataError, close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.catalogue.ingest import IngestReport, ingest, noon
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Paper, RawRecord, Signal
from tests.factories import make_paper
from tests.papers.catalogue.ingesting import DAY, LATER, NOON, counts, everything, fetched, store

pytestmark = pytest.mark.django_db


# ── links ────────────────────────────────────────────────────────────────────


def test_a_link_out_of_prose_gives_way_to_a_field_of_a_source() -> None:
    """arXiv knows more of a paper than Hugging Face, but it has no field for a link."""
    store(fetched(arxiv_id="2503.00001", code_url="https://x.org/prose"), source="arxiv")
    store(fetched("Other", arxiv_id="2503.00001", code_url="https://x.org/field"))
    paper = Paper.objects.get()
    assert (paper.title, paper.code_url) == ("A title", "https://x.org/field")


def test_an_older_field_does_not_replace_a_newer_one() -> None:
    store(fetched(arxiv_id="2503.00001", code_url="https://x.org/new"), read_at=LATER)
    store(fetched(arxiv_id="2503.00001", categories=("cs.CL",)), source="arxiv", read_at=LATER)
    store(fetched(arxiv_id="2503.00001", code_url="https://x.org/old"))
    assert Paper.objects.get().code_url == "https://x.org/new"


# ── new papers, and the same ones again ──────────────────────────────────────


def test_it_stores_a_paper_with_its_signals_and_its_payload() -> None:
    paper = fetched(
        arxiv_id="2503.00001",
        authors=("A. B.", "C. D."),
        summary="About.",
        categories=("cs.CL",),
        keywords=("a word",),
        published_on=date(2025, 3, 1),
        code_url="https://example.org/code",
        project_url="https://example.org/",
        signals=(FetchedSignal("upvotes", 12), FetchedSignal("position", 1)),
        raw={"id": "2503.00001"},
    )
    report = store(paper)
    row = Paper.objects.get()
    assert counts(report) == (1, 0, 0, 2)
    assert report.paper_ids == (row.pk,)
    assert (row.title, row.title_key, row.arxiv_id) == ("A title", "a title", "2503.00001")
    assert (row.authors, row.summary, row.categories) == (["A. B.", "C. D."], "About.", ["cs.CL"])
    assert (row.keywords, row.published_on, row.listed_on) == (["a word"], date(2025, 3, 1), DAY)
    assert (row.code_url, row.project_url) == ("https://example.org/code", "https://example.org/")
    assert not row.is_sample
    signals = row.signals.order_by("kind").values_list("kind", "value", "source", "read_at")
    assert list(signals) == [
        ("position", 1, "hugging_face", NOON),
        ("upvotes", 12, "hugging_face", NOON),
    ]
    record = row.raw_records.get()
    assert (record.payload, record.source, record.day) == (paper.raw, "hugging_face", DAY)


def test_the_same_payload_a_second_time_changes_nothing() -> None:
    papers = [
        fetched("One", arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 1),)),
        fetched("Two", signals=(FetchedSignal("position", 2),)),
    ]
    store(*papers)
    before = everything()
    assert counts(store(*papers)) == (0, 0, 2, 0)
    assert everything() == before


def test_no_papers_are_no_error() -> None:
    assert counts(store()) == (0, 0, 0, 0)


def test_the_report_reads_well() -> None:
    assert (
        str(IngestReport(50, 1, 2, 50)) == "53 papers: 50 new, 1 updated, 2 unchanged; 50 signals"
    )
    assert str(IngestReport(new=1, signals=1)) == "1 paper: 1 new, 0 updated, 0 unchanged; 1 signal"


def test_the_report_counts_what_was_left_out_of_papers() -> None:
    report = store(
        fetched("One", summary="x" * 20_001, authors=("y" * 201, "Ada Lovelace")),
        fetched("Two", summary="x" * 20_000),
    )
    assert (report.new, report.fields_left_out) == (2, 2)
    assert str(report).endswith("; 0 signals; 2 fields left out")
    lengths = {paper.title: len(paper.summary) for paper in Paper.objects.all()}
    assert lengths == {"One": 0, "Two": 20_000}


def test_one_paper_with_too_many_words_for_the_search_index_costs_no_other() -> None:
    signs = [chr(0x4E00 + number) for number in range(250)]
    names = tuple(first + second for first in signs for second in signs)
    summary = " ".join(chr(0x20000 + number) for number in range(10_000))
    store(fetched("One", authors=names, summary=summary), fetched("Two"))
    assert Paper.objects.count() == 2


def test_it_stores_all_papers_or_none() -> None:
    bad = fetched("Bad", arxiv_id="2503.00002", raw={"title": "\x00"})  # refused after the papers
    with pytest.raises(DataError):
        store(fetched("Good", arxiv_id="2503.00001"), bad)
    assert everything() == [[], [], []]


def test_its_queries_do_not_grow_with_the_papers() -> None:
    def queries(start: int, number: int) -> int:
        ids = range(start, start + number)
        papers = [
            fetched(f"Paper {n}", arxiv_id=f"2503.{n:05}", signals=(FetchedSignal("stars", n),))
            for n in ids
        ]
        with CaptureQueriesContext(connection) as captured:
            store(*papers)
        return len(captured)

    assert queries(100, 5) == queries(200, 80)


# ── which row a paper is ─────────────────────────────────────────────────────


def test_a_paper_twice_in_one_batch_is_one_row() -> None:
    named = fetched("A Title", arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 3),))
    again = replace(named, signals=(FetchedSignal("upvotes", 4), FetchedSignal("stars", 5)))
    report = store(fetched("a title!"), named, again)
    assert counts(report) == (1, 0, 0, 2)
    row = Paper.objects.get()
    assert (row.arxiv_id, row.title) == ("2503.00001", "A Title")
    assert dict(row.signals.values_list("kind", "value")) == {"upvotes": 3, "stars": 5}


def test_a_row_without_an_id_gets_it_later() -> None:
    store(fetched("A title"), source="listing")
    row = Paper.objects.get()
    report = store(fetched("A Title", arxiv_id="2503.00001"))
    assert counts(report) == (0, 1, 0, 0)
    adopted = Paper.objects.get()
    assert (adopted.pk, adopted.arxiv_id, adopted.title) == (row.pk, "2503.00001", "A Title")


def test_a_listing_finds_the_paper_with_an_id_by_its_title() -> None:
    store(fetched("A title", arxiv_id="2503.00001", summary="About."))
    report = store(fetched("A TITLE:", signals=(FetchedSignal("position", 4),)), source="listing")
    assert counts(report) == (0, 0, 1, 1)
    assert Paper.objects.get().signals.get().source == "listing"


def test_a_title_of_two_papers_means_the_older_one() -> None:
    store(fetched(arxiv_id="2503.00001"), fetched(arxiv_id="2503.00002"))
    store(fetched(signals=(FetchedSignal("position", 1),)), source="listing")
    assert Paper.objects.count() == 2
    assert Signal.objects.get().paper.arxiv_id == "2503.00001"


def test_two_rows_of_one_paper_merge() -> None:
    store(fetched("Old name", arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 1),)))
    store(fetched("New name", signals=(FetchedSignal("position", 1),)), source="listing")
    report = store(fetched("New name", arxiv_id="2503.00001"), read_at=LATER)
    row = Paper.objects.get()
    assert counts(report) == (0, 1, 0, 0)
    assert (row.title, row.arxiv_id) == ("New name", "2503.00001")
    assert row.signals.count() == 2
    assert row.raw_records.count() == 3


# ── which fields change ──────────────────────────────────────────────────────


def test_an_empty_field_never_replaces_a_stored_one() -> None:
    store(
        fetched(arxiv_id="2503.00001", summary="About.", authors=("A.",), code_url="https://a.org/")
    )
    assert counts(store(fetched(arxiv_id="2503.00001"), read_at=LATER)) == (0, 0, 1, 0)
    row = Paper.objects.get()
    assert (row.summary, row.authors, row.code_url) == ("About.", ["A."], "https://a.org/")


def test_a_later_record_of_a_source_replaces_an_earlier_one() -> None:
    store(fetched(arxiv_id="2503.00001", summary="First."))
    assert store(fetched(arxiv_id="2503.00001", summary="Second."), read_at=LATER).updated == 1
    assert Paper.objects.get().summary == "Second."


def test_an_older_payload_only_fills_empty_fields() -> None:
    store(fetched(arxiv_id="2503.00001", summary="Second."), read_at=LATER)
    store(fetched(arxiv_id="2503.00001", summary="First.", authors=("A.",)), read_at=NOON)
    row = Paper.objects.get()
    assert (row.summary, row.authors) == ("Second.", ["A."])


def test_a_stored_payload_does_not_undo_a_later_one() -> None:
    first, second = (fetched(arxiv_id="2503.00001", summary=text) for text in ("First.", "Second."))
    store(first)
    store(second)
    assert counts(store(first)) == (0, 0, 1, 0)
    assert Paper.objects.get().summary == "Second."


def test_a_listing_does_not_replace_a_higher_source() -> None:
    store(fetched("A Title", arxiv_id="2503.00001", summary="Rich."))
    store(fetched("a title", summary="Poor."), source="listing", read_at=LATER)
    row = Paper.objects.get()
    assert (row.title, row.summary) == ("A Title", "Rich.")


def test_a_higher_source_replaces_a_later_listing() -> None:
    store(fetched("a title", summary="Poor."), source="listing", read_at=LATER)
    store(fetched("A Title", arxiv_id="2503.00001", summary="Rich."), read_at=NOON)
    row = Paper.objects.get()
    assert (row.title, row.summary) == ("A Title", "Rich.")


def test_the_earliest_listing_counts() -> None:
    days = (DAY, DAY - timedelta(days=2), DAY + timedelta(days=2))
    for day in days:
        store(fetched(arxiv_id="2503.00001", listed_on=day), read_at=noon(day))
    assert Paper.objects.get().listed_on == DAY - timedelta(days=2)


def test_new_signals_do_not_change_the_time_of_change() -> None:
    store(fetched(arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 1),)))
    before = Paper.objects.get().updated_at
    report = store(
        fetched(arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 2),)), read_at=LATER
    )
    assert counts(report) == (0, 0, 1, 1)
    assert Paper.objects.get().updated_at == before


def test_a_change_keeps_the_time_of_creation() -> None:
    store(fetched(arxiv_id="2503.00001"))
    before = Paper.objects.get()
    store(fetched(arxiv_id="2503.00001", summary="About."), read_at=LATER)
    after = Paper.objects.get()
    assert after.created_at == before.created_at
    assert after.updated_at > before.updated_at


def test_the_words_of_a_changed_summary_can_be_searched() -> None:
    store(fetched(arxiv_id="2503.00001", summary="Nothing."))
    store(fetched(arxiv_id="2503.00001", summary="A walrus."), read_at=LATER)
    assert Paper.objects.filter(search="walrus").count() == 1


# ── payloads and signals ─────────────────────────────────────────────────────


def test_a_payload_is_stored_once_for_any_order_of_its_keys() -> None:
    store(fetched(raw={"a": 1, "b": [1, 2]}))
    store(fetched(raw={"b": [1, 2], "a": 1}), read_at=LATER)
    store(fetched(raw={"b": [2, 1], "a": 1}), read_at=LATER)
    payloads = RawRecord.objects.order_by("pk").values_list("payload", flat=True)
    assert list(payloads) == [{"a": 1, "b": [1, 2]}, {"a": 1, "b": [2, 1]}]


def test_each_time_of_reading_adds_one_signal() -> None:
    for value, read_at in ((1, NOON), (2, NOON), (3, LATER)):
        store(fetched(signals=(FetchedSignal("upvotes", value),)), read_at=read_at)
    values = Signal.objects.order_by("read_at").values_list("value", flat=True)
    assert list(values) == [1, 3]


def test_a_file_counts_as_read_at_noon() -> None:
    assert noon(DAY) == datetime(2025, 3, 14, 12, tzinfo=UTC)


# ── several at a time ────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_two_ingests_at_once_store_each_paper_once() -> None:
    papers = [fetched(f"Paper {n}", arxiv_id=f"2503.{n:05}") for n in range(200)]
    papers += [fetched(f"Without id {n}") for n in range(200)]
    reports: list[IngestReport] = []
    start = threading.Barrier(3)

    def run() -> None:
        start.wait()
        reports.append(store(*papers))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert sorted(map(counts, reports)) == [(0, 0, 400, 0), (0, 0, 400, 0), (400, 0, 0, 0)]
    assert Paper.objects.count() == 400


# ── any input ────────────────────────────────────────────────────────────────

FETCHED = st.builds(
    lambda title, arxiv_id, summary, upvotes: fetched(
        title,
        arxiv_id=arxiv_id,
        summary=summary,
        signals=(FetchedSignal("upvotes", upvotes),),
    ),
    st.sampled_from(["A", "B", "C", "a!"]),
    st.sampled_from([None, None, "2503.00001", "2503.00002", "2503.00003"]),
    st.sampled_from(["", "Short.", "Another."]),
    st.integers(0, 3),
)
PAYLOAD = st.tuples(
    st.sampled_from(["listing", "hugging_face"]),
    st.lists(FETCHED, max_size=6),
    st.integers(0, 2).map(lambda days: NOON + timedelta(days=days)),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(payloads=st.lists(PAYLOAD, min_size=1, max_size=4))
def test_a_second_run_changes_nothing_after_any_batches(
    db: None, payloads: Sequence[tuple[str, list[FetchedPaper], datetime]]
) -> None:
    for model in (Paper, Signal, RawRecord):
        model.objects.all().delete()
    for source, papers, read_at in payloads:
        ingest(source, papers, read_at=read_at)
        before = everything()
        again = ingest(source, papers, read_at=read_at)
        assert (again.new, again.updated, again.signals) == (0, 0, 0)
        assert json.dumps(everything(), default=str) == json.dumps(before, default=str)
    titles = Paper.objects.filter(arxiv_id=None).values_list("title_key", flat=True)
    assert len(set(titles)) == len(titles)


def test_a_paper_that_another_module_stored_is_found() -> None:
    row = make_paper("A title", arxiv_id="2503.00001", title_key="a title")
    store(fetched("A title", summary="About."), source="listing")
    row.refresh_from_db()
    assert row.summary == "About."
