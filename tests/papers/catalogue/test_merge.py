"""Two rows become one, and all rows that refer to either refer to the one that stays."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest

from newsletter.models import Candidate
from papers.catalogue.merge import merge
from papers.models import Paper, PaperTopic, RawRecord, Signal, Trend
from tests.factories import (
    NOON,
    make_candidate,
    make_edition,
    make_paper,
    make_paper_topic,
    make_signal,
    make_topic,
)

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 14)


def make_nameless(title: str = "Nameless", **values: object) -> Paper:
    return make_paper(title, arxiv_id=None, **values)


def make_trend(paper: Paper, value: float, day: date = DAY) -> Trend:
    return Trend.objects.create(
        paper=paper, window="day", day=day, value=value, components={}, version="1", scored_at=NOON
    )


def make_record(paper: Paper, payload_hash: str) -> RawRecord:
    return RawRecord.objects.create(
        paper=paper, source="listing", day=DAY, payload_hash=payload_hash, payload={}
    )


def test_the_older_row_stays_with_the_fields_of_both() -> None:
    nameless = make_nameless("Old", summary="Old.", code_url="https://a.org/", listed_on=DAY)
    named = make_paper("New", arxiv_id="2503.00001", summary="New.", listed_on=date(2025, 3, 20))
    kept = merge(named, nameless)
    row = Paper.objects.get()
    assert kept == row
    assert row.pk == nameless.pk
    assert (row.arxiv_id, row.title, row.title_key) == ("2503.00001", "New", "new")
    assert (row.summary, row.code_url, row.listed_on) == ("New.", "https://a.org/", DAY)


@pytest.mark.parametrize(
    ("of_named", "of_nameless", "kept"),
    [
        ("hugging_face", "model", "hugging_face"),
        ("model", "hugging_face", "hugging_face"),
        ("", "model", "model"),
        ("model", "", "model"),
        ("", "", ""),
    ],
)
def test_the_short_summary_of_the_better_source_stays(
    of_named: str, of_nameless: str, kept: str
) -> None:
    def described(source: str) -> dict[str, str]:
        return {"short_summary": source and f"By {source}.", "short_summary_source": source}

    nameless = make_nameless(**described(of_nameless))
    merge(make_paper(arxiv_id="2503.00001", **described(of_named)), nameless)
    row = Paper.objects.get()
    assert (row.short_summary, row.short_summary_source) == (kept and f"By {kept}.", kept)


def test_an_organisation_comes_with_its_own_link() -> None:
    page = "https://huggingface.co/walrus"
    nameless = make_nameless(organization="Walrus Lab", organization_url=page)
    merge(make_paper(arxiv_id="2503.00001", organization="Seal Lab"), nameless)
    row = Paper.objects.get()
    assert (row.organization, row.organization_url) == ("Seal Lab", "")


def test_a_row_with_an_id_that_is_older_stays() -> None:
    named = make_paper("Named", arxiv_id="2503.00001", summary="")
    nameless = make_nameless(summary="Known.")
    merge(named, nameless)
    row = Paper.objects.get()
    assert (row.pk, row.arxiv_id, row.summary) == (named.pk, "2503.00001", "Known.")


def test_signals_topics_trends_and_payloads_move_without_duplicates() -> None:
    named, nameless = make_paper(arxiv_id="2503.00001"), make_nameless()
    shared_topic, other_topic = make_topic(), make_topic()
    for paper in (named, nameless):
        make_signal(paper, 5)
        make_paper_topic(paper, shared_topic)
        make_trend(paper, 1)
        make_record(paper, "same")
    make_signal(nameless, 7, kind="stars")
    make_paper_topic(nameless, other_topic)
    make_trend(nameless, 2, day=date(2025, 3, 13))
    make_record(nameless, "other")
    merge(named, nameless)
    for model in (Signal, PaperTopic, Trend, RawRecord):
        assert list(model.objects.values_list("paper", flat=True)) == [named.pk, named.pk], model


def test_the_row_of_a_frozen_edition_stays() -> None:
    named, nameless = make_paper(arxiv_id="2503.00001"), make_nameless()
    candidate = make_candidate(make_edition(), nameless)
    kept = merge(named, nameless)
    assert kept == nameless
    assert Candidate.objects.get().paper_id == candidate.paper_id
    assert Paper.objects.get().arxiv_id == "2503.00001"


def test_two_rows_that_are_both_in_editions_do_not_merge(caplog: pytest.LogCaptureFixture) -> None:
    named, nameless = make_paper(arxiv_id="2503.00001"), make_nameless()
    edition = make_edition()
    for paper in (named, nameless):
        make_candidate(edition, paper)
    with caplog.at_level(logging.WARNING, logger="papers.catalogue.merge"):
        assert merge(named, nameless) is None
    assert "both are in editions" in caplog.text
    assert Paper.objects.count() == 2
    assert Candidate.objects.count() == 2


def test_a_paper_is_a_sample_only_when_both_rows_were() -> None:
    named = make_paper(arxiv_id="2503.00001", is_sample=True)
    merge(named, make_nameless(is_sample=False))
    assert not Paper.objects.get().is_sample


@pytest.mark.parametrize("is_named_withdrawn", [True, False])
def test_a_withdrawn_paper_stays_withdrawn(is_named_withdrawn: bool) -> None:
    older = make_nameless(is_withdrawn=not is_named_withdrawn)
    merge(make_paper(arxiv_id="2503.00001", is_withdrawn=is_named_withdrawn), older)
    assert Paper.objects.get().is_withdrawn
    assert not Paper.listed.exists()


@pytest.mark.parametrize("is_named_ours", [True, False])
def test_of_two_withdrawals_that_of_an_operator_counts(is_named_ours: bool) -> None:
    ours: dict[str, Any] = {"is_withdrawn": True, "withdrawn_on": date(2025, 3, 14)}
    theirs = {**ours, "withdrawn_on": date(2025, 3, 10), "withdrawn_by": "arxiv"}
    older = make_nameless(**(theirs if is_named_ours else ours))
    merge(make_paper(arxiv_id="2503.00001", **(ours if is_named_ours else theirs)), older)
    paper = Paper.objects.get()
    assert (paper.withdrawn_on, paper.withdrawn_by) == (date(2025, 3, 14), "")


def test_the_facts_of_a_withdrawal_come_from_the_withdrawn_row() -> None:
    older = make_nameless(is_withdrawn=True, withdrawn_on=DAY, withdrawn_by="arxiv")
    merge(make_paper(arxiv_id="2503.00001", restored_on=DAY, arxiv_version=3), older)
    paper = Paper.objects.get()
    assert (paper.withdrawn_on, paper.withdrawn_by) == (DAY, "arxiv")
    assert (paper.restored_on, paper.arxiv_version) == (DAY, 3)


def test_two_papers_that_are_listed_stay_listed() -> None:
    merge(make_paper(arxiv_id="2503.00001"), make_nameless())
    assert Paper.listed.count() == 1


@pytest.mark.parametrize(
    ("named", "nameless", "is_unlisted", "day"),
    [
        (True, True, True, DAY),
        (True, False, False, date(2025, 3, 20)),
        (False, True, False, DAY),
    ],
)
def test_a_paper_is_unlisted_only_if_both_rows_are(
    named: bool, nameless: bool, is_unlisted: bool, day: date
) -> None:
    first = make_paper(arxiv_id="2503.00001", listed_on=DAY, is_unlisted=named)
    second = make_nameless(listed_on=date(2025, 3, 20), is_unlisted=nameless)
    merge(first, second)
    paper = Paper.objects.get()
    assert (paper.is_unlisted, paper.listed_on) == (is_unlisted, day)
