"""Taking in what sources tell: which row a paper is, what it learns, and what is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.catalogue.ingest import IngestReport, ingest, noon
from papers.fetched import FetchedPaper, FetchedSignal
from papers.models import Paper, RawRecord, Signal
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 14)
NOON = noon(DAY)
LATER = NOON + timedelta(days=1)


def told(title: str = "A title", **values: Any) -> FetchedPaper:
    """A paper as a source tells it; its payload tells as much as the paper does."""
    values.setdefault("listed_on", DAY)
    values.setdefault("raw", {"title": title} | {key: str(value) for key, value in values.items()})
    return FetchedPaper(title=title, **values)


def hear(*papers: FetchedPaper, source: str = "hugging_face", **options: Any) -> IngestReport:
    return ingest(source, papers, **({"read_at": NOON} | options))


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.new, report.updated, report.unchanged, report.signals


def everything() -> list[Any]:
    """All that an ingest may write, the times of writing included."""
    models = (Paper, Signal, RawRecord)
    return [list(model.objects.order_by("pk").values()) for model in models]


# ── new papers, and the same ones again ──────────────────────────────────────


def test_it_stores_a_paper_with_its_signals_and_its_payload() -> None:
    paper = told(
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
    report = hear(paper)
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


def test_the_same_payload_a_second_time_changes_nothing_at_all() -> None:
    papers = [
        told("One", arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 1),)),
        told("Two", signals=(FetchedSignal("position", 2),)),
    ]
    hear(*papers)
    before = everything()
    assert counts(hear(*papers)) == (0, 0, 2, 0)
    assert everything() == before


def test_it_takes_in_nothing() -> None:
    assert counts(hear()) == (0, 0, 0, 0)


def test_the_report_reads_well() -> None:
    assert (
        str(IngestReport(50, 1, 2, 50)) == "53 papers: 50 new, 1 updated, 2 unchanged; 50 signals"
    )
    assert str(IngestReport(new=1, signals=1)) == "1 paper: 1 new, 0 updated, 0 unchanged; 1 signal"


def test_it_stores_all_papers_or_none() -> None:
    bad = told("Bad", arxiv_id="2503.00002", raw={"title": "\x00"})  # refused after the papers
    with pytest.raises(DataError):
        hear(told("Good", arxiv_id="2503.00001"), bad)
    assert everything() == [[], [], []]


def test_its_queries_do_not_grow_with_the_papers() -> None:
    def queries(start: int, number: int) -> int:
        ids = range(start, start + number)
        papers = [
            told(f"Paper {n}", arxiv_id=f"2503.{n:05}", signals=(FetchedSignal("stars", n),))
            for n in ids
        ]
        with CaptureQueriesContext(connection) as captured:
            hear(*papers)
        return len(captured)

    assert queries(100, 5) == queries(200, 80)


# ── which row a paper is ─────────────────────────────────────────────────────


def test_two_tellings_in_one_payload_are_one_paper() -> None:
    named = told("A Title", arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 3),))
    again = replace(named, signals=(FetchedSignal("upvotes", 4), FetchedSignal("stars", 5)))
    report = hear(told("a title!"), named, again)
    assert counts(report) == (1, 0, 0, 2)
    row = Paper.objects.get()
    assert (row.arxiv_id, row.title) == ("2503.00001", "A Title")
    assert dict(row.signals.values_list("kind", "value")) == {"upvotes": 3, "stars": 5}


def test_a_paper_without_an_id_adopts_the_one_that_turns_up() -> None:
    hear(told("A title"), source="listing")
    row = Paper.objects.get()
    report = hear(told("A Title", arxiv_id="2503.00001"))
    assert counts(report) == (0, 1, 0, 0)
    adopted = Paper.objects.get()
    assert (adopted.pk, adopted.arxiv_id, adopted.title) == (row.pk, "2503.00001", "A Title")


def test_a_listing_finds_the_paper_with_an_id_by_its_title() -> None:
    hear(told("A title", arxiv_id="2503.00001", summary="About."))
    report = hear(told("A TITLE:", signals=(FetchedSignal("position", 4),)), source="listing")
    assert counts(report) == (0, 0, 1, 1)
    assert Paper.objects.get().signals.get().source == "listing"


def test_two_papers_with_ids_may_share_a_title_and_a_listing_means_the_older() -> None:
    hear(told(arxiv_id="2503.00001"), told(arxiv_id="2503.00002"))
    hear(told(signals=(FetchedSignal("position", 1),)), source="listing")
    assert Paper.objects.count() == 2
    assert Signal.objects.get().paper.arxiv_id == "2503.00001"


def test_two_rows_that_turn_out_to_be_one_paper_merge() -> None:
    hear(told("Old name", arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 1),)))
    hear(told("New name", signals=(FetchedSignal("position", 1),)), source="listing")
    report = hear(told("New name", arxiv_id="2503.00001"), read_at=LATER)
    row = Paper.objects.get()
    assert counts(report) == (0, 1, 0, 0)
    assert (row.title, row.arxiv_id) == ("New name", "2503.00001")
    assert row.signals.count() == 2
    assert row.raw_records.count() == 3


# ── what a paper learns ──────────────────────────────────────────────────────


def test_what_is_known_is_never_replaced_by_what_is_empty() -> None:
    hear(told(arxiv_id="2503.00001", summary="About.", authors=("A.",), code_url="https://a.org/"))
    assert counts(hear(told(arxiv_id="2503.00001"), read_at=LATER)) == (0, 0, 1, 0)
    row = Paper.objects.get()
    assert (row.summary, row.authors, row.code_url) == ("About.", ["A."], "https://a.org/")


def test_a_later_telling_of_the_same_source_replaces_an_earlier_one() -> None:
    hear(told(arxiv_id="2503.00001", summary="First."))
    assert hear(told(arxiv_id="2503.00001", summary="Second."), read_at=LATER).updated == 1
    assert Paper.objects.get().summary == "Second."


def test_an_older_payload_fills_gaps_and_replaces_nothing() -> None:
    hear(told(arxiv_id="2503.00001", summary="Second."), read_at=LATER)
    hear(told(arxiv_id="2503.00001", summary="First.", authors=("A.",)), read_at=NOON)
    row = Paper.objects.get()
    assert (row.summary, row.authors) == ("Second.", ["A."])


def test_a_payload_that_is_known_does_not_undo_what_came_after_it() -> None:
    first, second = (told(arxiv_id="2503.00001", summary=text) for text in ("First.", "Second."))
    hear(first)
    hear(second)
    assert counts(hear(first)) == (0, 0, 1, 0)
    assert Paper.objects.get().summary == "Second."


def test_a_listing_does_not_replace_what_a_richer_source_told() -> None:
    hear(told("A Title", arxiv_id="2503.00001", summary="Rich."))
    hear(told("a title", summary="Poor."), source="listing", read_at=LATER)
    row = Paper.objects.get()
    assert (row.title, row.summary) == ("A Title", "Rich.")


def test_a_richer_source_replaces_what_a_later_listing_told() -> None:
    hear(told("a title", summary="Poor."), source="listing", read_at=LATER)
    hear(told("A Title", arxiv_id="2503.00001", summary="Rich."), read_at=NOON)
    row = Paper.objects.get()
    assert (row.title, row.summary) == ("A Title", "Rich.")


def test_the_earliest_listing_counts() -> None:
    days = (DAY, DAY - timedelta(days=2), DAY + timedelta(days=2))
    for day in days:
        hear(told(arxiv_id="2503.00001", listed_on=day), read_at=noon(day))
    assert Paper.objects.get().listed_on == DAY - timedelta(days=2)


def test_a_paper_that_was_only_read_again_keeps_its_time_of_change() -> None:
    hear(told(arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 1),)))
    before = Paper.objects.get().updated_at
    report = hear(
        told(arxiv_id="2503.00001", signals=(FetchedSignal("upvotes", 2),)), read_at=LATER
    )
    assert counts(report) == (0, 0, 1, 1)
    assert Paper.objects.get().updated_at == before


def test_a_paper_that_changes_keeps_its_time_of_creation() -> None:
    hear(told(arxiv_id="2503.00001"))
    before = Paper.objects.get()
    hear(told(arxiv_id="2503.00001", summary="About."), read_at=LATER)
    after = Paper.objects.get()
    assert after.created_at == before.created_at
    assert after.updated_at > before.updated_at


def test_the_words_of_a_changed_summary_can_be_searched() -> None:
    hear(told(arxiv_id="2503.00001", summary="Nothing."))
    hear(told(arxiv_id="2503.00001", summary="A walrus."), read_at=LATER)
    assert Paper.objects.filter(search="walrus").count() == 1


# ── samples ──────────────────────────────────────────────────────────────────


def test_a_sample_paper_is_marked_and_a_real_source_makes_it_real() -> None:
    sample = told(arxiv_id="2503.00001", summary="Sample.")
    hear(sample, source="sample", is_sample=True)
    assert Paper.objects.get().is_sample
    hear(told("A title", summary="Real."), source="listing")
    row = Paper.objects.get()
    assert (row.is_sample, row.summary, row.arxiv_id) == (False, "Real.", "2503.00001")


def test_a_sample_takes_nothing_from_a_real_paper() -> None:
    hear(told(arxiv_id="2503.00001", summary="Real."), source="listing")
    hear(
        told(arxiv_id="2503.00001", summary="Sample."),
        source="sample",
        is_sample=True,
        read_at=LATER,
    )
    row = Paper.objects.get()
    assert (row.is_sample, row.summary) == (False, "Real.")


# ── payloads and signals ─────────────────────────────────────────────────────


def test_a_payload_is_kept_once_whatever_the_order_of_its_keys() -> None:
    hear(told(raw={"a": 1, "b": [1, 2]}))
    hear(told(raw={"b": [1, 2], "a": 1}), read_at=LATER)
    hear(told(raw={"b": [2, 1], "a": 1}), read_at=LATER)
    payloads = RawRecord.objects.order_by("pk").values_list("payload", flat=True)
    assert list(payloads) == [{"a": 1, "b": [1, 2]}, {"a": 1, "b": [2, 1]}]


def test_each_time_of_reading_adds_a_signal_and_the_first_value_at_a_time_stays() -> None:
    for value, read_at in ((1, NOON), (2, NOON), (3, LATER)):
        hear(told(signals=(FetchedSignal("upvotes", value),)), read_at=read_at)
    values = Signal.objects.order_by("read_at").values_list("value", flat=True)
    assert list(values) == [1, 3]


def test_a_file_is_held_to_be_read_at_noon() -> None:
    assert noon(DAY) == datetime(2025, 3, 14, 12, tzinfo=UTC)


# ── several at a time ────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_two_ingests_at_once_store_each_paper_once() -> None:
    papers = [told(f"Paper {n}", arxiv_id=f"2503.{n:05}") for n in range(200)]
    papers += [told(f"Nameless {n}") for n in range(200)]
    reports: list[IngestReport] = []
    start = threading.Barrier(3)

    def run() -> None:
        start.wait()
        reports.append(hear(*papers))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert sorted(map(counts, reports)) == [(0, 0, 400, 0), (0, 0, 400, 0), (400, 0, 0, 0)]
    assert Paper.objects.count() == 400


# ── whatever comes ───────────────────────────────────────────────────────────

FETCHED = st.builds(
    lambda title, arxiv_id, summary, upvotes: told(
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
def test_whatever_came_before_a_second_run_changes_nothing(
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
    nameless = Paper.objects.filter(arxiv_id=None).values_list("title_key", flat=True)
    assert len(set(nameless)) == len(nameless)


def test_a_paper_made_by_hand_is_found_too() -> None:
    row = make_paper("A title", arxiv_id="2503.00001", title_key="a title")
    hear(told("A title", summary="About."), source="listing")
    row.refresh_from_db()
    assert row.summary == "About."
