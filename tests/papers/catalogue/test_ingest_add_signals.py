"""Adding the signals of stored papers, without any other change to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from papers.catalogue.ingest import PaperSignals, add_signals
from papers.fetched import FetchedSignal
from papers.models import Paper, RawRecord, Signal
from tests.factories import NOON, make_paper, make_signal

pytestmark = pytest.mark.django_db


def stars(paper: Paper, value: float, **raw: Any) -> PaperSignals:
    return PaperSignals(paper.pk, (FetchedSignal("stars", value),), raw)


def reads(paper: Paper) -> list[float]:
    return list(paper.signals.order_by("read_at").values_list("value", flat=True))


def test_it_adds_each_read_and_overwrites_none() -> None:
    paper = make_paper()
    assert add_signals("github", [stars(paper, 5)], read_at=NOON) == 1
    assert add_signals("github", [stars(paper, 5)], read_at=NOON + timedelta(hours=1)) == 1
    assert add_signals("github", [stars(paper, 9)], read_at=NOON) == 0
    assert reads(paper) == [5, 5]


def test_a_paper_twice_in_one_read_counts_once() -> None:
    paper = make_paper()
    assert add_signals("github", [stars(paper, 5), stars(paper, 5)], read_at=NOON) == 1


def test_it_stores_a_payload_once_and_an_empty_one_never() -> None:
    paper = make_paper()
    for hour, raw in enumerate([{"stars": 5}, {"stars": 5}, {}, {"stars": 6}]):
        add_signals("github", [stars(paper, 5, **raw)], read_at=NOON + timedelta(hours=hour))
    assert list(RawRecord.objects.order_by("id").values_list("payload", flat=True)) == [
        {"stars": 5},
        {"stars": 6},
    ]


def test_it_changes_no_field_of_a_paper() -> None:
    paper = make_paper("On walruses", is_sample=True)
    before = Paper.objects.filter(pk=paper.pk).values().get()
    add_signals("github", [stars(paper, 5, title="On seals")], read_at=NOON)
    assert Paper.objects.filter(pk=paper.pk).values().get() == before


def test_a_paper_deleted_in_the_meantime_is_left_out() -> None:
    gone, here = make_paper(), make_paper()
    rows = [stars(gone, 1, a=1), stars(here, 2, a=1)]
    gone.delete()
    assert add_signals("github", rows, read_at=NOON) == 1
    assert (reads(here), Signal.objects.count(), RawRecord.objects.count()) == ([2], 1, 1)


def test_the_signals_of_two_sources_are_stored_apart() -> None:
    paper = make_paper()
    make_signal(paper, 100, kind="stars", source="hugging_face")
    assert add_signals("github", [stars(paper, 101)], read_at=NOON) == 1
    assert sorted(reads(paper)) == [100, 101]


def test_characters_that_postgresql_refuses_are_replaced() -> None:
    paper = make_paper()
    row = stars(paper, 1, text="a\x00b\ud800", deep=[{"\x00": 1}])
    add_signals("github", [row], read_at=NOON)
    assert RawRecord.objects.get().payload == {"text": "a\ufffdb\ufffd", "deep": [{"\ufffd": 1}]}
