"""How long it takes to take in, classify and score papers, and how much memory."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from django.db import connection

from bench.crowd import DAY, fetched, fill
from bench.stage import as_json, empty_database, is_quick, peak_megabytes, reset_peak, timed, write
from papers.catalogue.classify import classify
from papers.catalogue.ingest import ingest
from papers.models import Paper, PaperTopic
from papers.ranking.measurements import iter_measurements
from papers.ranking.score import score, topics_of
from papers.ranking.trend import rank
from papers.windows import closes_at

NOON: Final = datetime(2025, 3, 14, 12, tzinfo=UTC)
NOW: Final = closes_at(DAY) + timedelta(hours=1)


def main(quick: bool) -> None:
    ingested, archived = (500, 2_000) if quick else (10_000, 100_000)
    with empty_database():
        results = [*_taking_in(ingested), *_archive(archived)]
    print(f"Written to {write('papers', {'quick': quick, 'results': results})}")


def _measured(name: str, act: Callable[[], object], **options: Any) -> dict[str, Any]:
    """Timings with the peak of this process's memory meanwhile, and what it held before."""
    held = reset_peak()
    timing = timed(name, act, **options)
    peak = peak_megabytes()
    print(f"{'':<52}{peak:>8.0f} MB at most, {held:.0f} before")
    return {**as_json(timing), "peak_mb": round(peak), "held_mb": round(held)}


def _taking_in(papers: int) -> list[dict[str, Any]]:
    told, later = fetched(papers), fetched(papers, reading=1)
    hours = count(1)
    with_signals = f"ingest {papers:,} papers with 4 signals each"
    return [
        _measured(
            f"{with_signals}, all new",
            lambda: ingest("hugging_face", told, read_at=NOON),
            before=_forget,
            target=20,
        ),
        _measured(
            f"{with_signals}, an hour later",
            lambda: ingest("hugging_face", later, read_at=NOON + timedelta(hours=next(hours))),
        ),
    ]


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_paper CASCADE")


def _forget_trends() -> None:
    """At once: a DELETE would take each of them out of the search as well, for minutes."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_trend")


def _archive(papers: int) -> list[dict[str, Any]]:
    fill(papers)
    results = [
        _measured(
            f"classify {papers:,} papers, none has topics",
            classify,
            before=PaperTopic.objects.all().delete,
            target=60,
        ),
        _measured(f"classify {papers:,} papers, nothing changes", classify, target=60),
    ]
    links, classified = PaperTopic.objects.count(), Paper.objects.filter(topics=None).count()
    print(f"{'':<52}{links:>8} topics given; {classified} papers without one")
    return [*results, *_scoring(papers)]


def _scoring(papers: int) -> list[dict[str, Any]]:
    results = [_ranking(papers)]
    again = count(1)
    return [
        *results,
        _measured(
            f"score {papers:,} papers: read, rank, store, all new",
            lambda: score("week", DAY, NOW),
            before=_forget_trends,
            target=20,
        ),
        _measured(
            f"score {papers:,} papers, nothing changes",
            lambda: score("week", DAY, NOW + timedelta(hours=next(again))),
            target=20,
        ),
    ]


def _ranking(papers: int) -> dict[str, Any]:
    """The pure part alone. The collector passes over what it is given, as if it came one by one."""
    ids = list(Paper.objects.values_list("pk", flat=True))
    seen, fields = list(iter_measurements(ids, NOW)), topics_of(ids)
    gc.collect()
    gc.freeze()
    try:
        name = f"rank {papers:,} papers (pure)"
        return _measured(name, lambda: rank(seen, fields), times=5, target=5)
    finally:
        gc.unfreeze()


if __name__ == "__main__":
    main(is_quick())
