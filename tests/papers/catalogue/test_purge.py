"""The deletion of old payloads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from papers.catalogue.purge import purge_payloads
from papers.models import Paper, RawRecord, Signal
from tests.factories import make_paper, make_signal

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 31)


def make_record(paper: Paper, age: int, source: str = "hugging_face") -> RawRecord:
    day = TODAY - timedelta(days=age)
    return RawRecord.objects.create(
        paper=paper,
        source=source,
        day=day,
        payload_hash=f"{age}-{RawRecord.objects.count()}",
        payload={},
    )


def kept() -> set[int]:
    return set(RawRecord.objects.values_list("pk", flat=True))


def test_it_deletes_payloads_older_than_the_limit() -> None:
    paper = make_paper()
    make_record(paper, 31)
    edge, new = make_record(paper, 30), make_record(paper, 0)
    assert purge_payloads(TODAY, keep_days=30) == 1
    assert kept() == {edge.pk, new.pk}


def test_the_newest_of_each_paper_and_source_stays() -> None:
    one, other = make_paper(), make_paper()
    make_record(one, 400)
    newest = {
        make_record(one, 300).pk,
        make_record(one, 350, "arxiv").pk,
        make_record(other, 500).pk,
    }
    assert purge_payloads(TODAY, keep_days=30) == 1
    assert kept() == newest


def test_the_last_stored_of_one_day_stays() -> None:
    paper = make_paper()
    make_record(paper, 60)
    last = make_record(paper, 60)
    purge_payloads(TODAY, keep_days=30)
    assert kept() == {last.pk}


def test_no_signal_is_ever_deleted() -> None:
    paper = make_paper()
    make_signal(paper)
    make_record(paper, 5000)
    make_record(paper, 0)
    purge_payloads(TODAY, keep_days=1)
    assert Signal.objects.count() == 1
