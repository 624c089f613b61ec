"""Papers as a source returns them, and their ingest, for the tests of ingest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from papers.catalogue.ingest import IngestReport, ingest, noon
from papers.fetched import FetchedPaper
from papers.models import Paper, RawRecord, Signal

DAY = date(2025, 3, 14)
NOON = noon(DAY)
LATER = NOON + timedelta(days=1)


def fetched(title: str = "A title", **values: Any) -> FetchedPaper:
    """A paper as a source returns it; its payload differs whenever the paper does."""
    values.setdefault("listed_on", DAY)
    values.setdefault("raw", {"title": title} | {key: str(value) for key, value in values.items()})
    return FetchedPaper(title=title, **values)


def store(*papers: FetchedPaper, source: str = "hugging_face", **options: Any) -> IngestReport:
    return ingest(source, papers, **({"read_at": NOON} | options))


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.new, report.updated, report.unchanged, report.signals


def everything() -> list[Any]:
    """All that an ingest may write, the times of writing included."""
    models = (Paper, Signal, RawRecord)
    return [list(model.objects.order_by("pk").values()) for model in models]


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
