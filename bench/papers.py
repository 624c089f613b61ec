"""Seconds and memory to ingest, classify and score papers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from bench.database import empty_database, run
from bench.measuring import figure, is_quick
from bench.processes import peak_megabytes, reset_peak
from bench.result_files import write
from bench.synthetic_papers import DAY, fetched, fill
from papers.catalogue.classify import classify
from papers.catalogue.ingest import ingest
from papers.models import PaperTopic
from papers.ranking.score import score
from papers.windows import closes_at

NOON: Final = datetime(2025, 3, 14, 12, tzinfo=UTC)
NOW: Final = closes_at(DAY) + timedelta(hours=1)


def main(quick: bool) -> None:
    ingested, archived = (500, 2_000) if quick else (10_000, 100_000)
    with empty_database():
        results = [*_ingesting(ingested), *_classifying(archived), *_scoring(archived)]
    print(f"Written to {write('papers', {'quick': quick, 'results': results})}")


def _timed(
    name: str,
    act: Callable[[], object],
    *,
    before: Callable[[], object] = lambda: None,
    target: float | None = None,
) -> dict[str, Any]:
    """Seconds of three runs, each after `before`, which is not counted, and the peak of memory.

    `computed` is the processor time of this process: on a machine with other load it is better
    than the seconds, which contain all waiting, for the database among others.
    """
    seconds, computed, held = [], [], reset_peak()
    for _ in range(3):
        before()
        start, start_computed = time.perf_counter(), time.process_time()
        act()
        seconds.append(time.perf_counter() - start)
        computed.append(time.process_time() - start_computed)
    row = {"name": name, "seconds": figure(seconds).as_json(), "target": target}
    row |= {"computed": figure(computed).median, "peak_mb": peak_megabytes(), "held_mb": held}
    limit = f"   target < {target:g} s" if target else ""
    print(f"{name:<56}{figure(seconds):.2f} s, {row['peak_mb']:.0f} MB at most{limit}", flush=True)
    return row


def _ingesting(papers: int) -> list[dict[str, Any]]:
    first, later, hours = fetched(papers), fetched(papers, reading=1), count(1)
    name = f"ingest {papers:,} papers with 4 signals each"
    return [
        _timed(
            f"{name}, all new",
            lambda: ingest("hugging_face", first, read_at=NOON),
            before=lambda: run("TRUNCATE papers_paper CASCADE"),
            target=20,
        ),
        _timed(
            f"{name}, an hour later",
            lambda: ingest("hugging_face", later, read_at=NOON + timedelta(hours=next(hours))),
        ),
    ]


def _classifying(papers: int) -> list[dict[str, Any]]:
    fill(papers)
    name, delete = f"classify {papers:,} papers", PaperTopic.objects.all().delete
    return [
        _timed(f"{name}, none has topics", classify, before=delete, target=60),
        _timed(f"{name}, nothing changes", classify, target=60),
    ]


def _scoring(papers: int) -> list[dict[str, Any]]:
    name, hours = f"score {papers:,} papers", count(1)

    def empty() -> None:  # a DELETE would remove each trend from the search as well, for minutes
        run("TRUNCATE papers_trend")

    def later() -> None:
        score("week", DAY, NOW + timedelta(hours=next(hours)))

    return [
        _timed(f"{name}, all new", lambda: score("week", DAY, NOW), before=empty, target=20),
        _timed(f"{name}, nothing changes", later, target=20),
    ]


if __name__ == "__main__":
    main(is_quick())
