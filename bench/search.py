"""Milliseconds of a search among 100,000 papers: common and rare words, phrases, filters."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from bench.database import Server, empty_database, run
from bench.measuring import is_quick
from bench.result_files import write
from bench.synthetic_papers import DAY, author, fill, topic_terms, word
from papers.models import Topic
from papers.search.query import Filters, parse, top_matches
from papers.search.results import search_papers

NOW: Final = datetime(2025, 3, 15, tzinfo=UTC)
TARGET_MS: Final = 30.0
_DAYS: Final = 3 * 365
# One topic a paper; some topics have more papers than others.
TOPICS: Final = """
INSERT INTO papers_papertopic (paper_id, topic_id, weight)
SELECT paper.id, topic.id, 0.8
  FROM papers_paper AS paper
  JOIN (SELECT id, row_number() OVER (ORDER BY position) AS place FROM papers_topic) AS topic
    ON topic.place = 1 + floor(power((hashint8(paper.id) & 65535) / 65536.0, 2) * 25)
"""
_TRENDS: Final = """
INSERT INTO papers_trend (paper_id, "window", day, value, components, version, scored_at)
SELECT id, 'month', listed_on + 29, -2 * ln((1 + (hashint8(-id) & 65535)) / 65537.0), '{}',
       'bench', now()
  FROM papers_paper
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of search and a few of that kind."""

    name: str
    queries: tuple[str, ...]
    filters: Filters = field(default_factory=Filters)


def main(quick: bool) -> None:
    papers, times = (3_000, 3) if quick else (100_000, 25)
    with empty_database():
        start = time.perf_counter()
        _fill(papers)
        print(f"{papers:,} papers made in {time.perf_counter() - start:.0f} s")
        results = [_measured(case, times) for case in cases()]
        whole = _row("the whole search, for a word in a third", *_milliseconds(_search, times))
    medians = {
        key: statistics.median(one[key] for one in results) for key in ("median_ms", "computed_ms")
    }
    print(f"{'median of all kinds':<46}{medians['median_ms']:>8.1f} ms   target < {TARGET_MS:g} ms")
    values = {"quick": quick, "papers": papers, **medians, "target_ms": TARGET_MS, "whole": whole}
    print(f"Written to {write('search', {**values, 'results': results})}")


def _fill(papers: int) -> None:
    """Papers of three years, each with a topic and a trend."""
    fill(papers, days=_DAYS, signals=False)
    run(TOPICS, _TRENDS, "VACUUM ANALYZE")


def cases() -> list[Case]:
    """Words by their rank in frequency, phrases by the terms of topics."""
    common, third, usual = (word(12), word(13)), (word(40), word(44)), (word(300), word(500))
    rare = (word(6_000), word(9_000))
    two = (f"{word(20)} {word(25)}", f"{word(40)} {word(300)}")
    phrases = [next(term for term in terms if " " in term) for terms in topic_terms()[:3]]
    topic = Topic.objects.order_by("position").values_list("pk", flat=True)[0]
    newest = Filters(since=DAY - timedelta(days=90))
    return [
        Case("a word in two papers of three", common),
        Case("a word in a third", third),
        Case("a word in a few of a hundred", usual),
        Case("a rare word", rare),
        Case("two words", two),
        Case("three words", (f"{word(60)} {word(150)} {word(400)}", f"{phrases[1]} {word(100)}")),
        Case("a phrase", tuple(f'"{phrase}"' for phrase in phrases)),
        Case("words of which two seldom stand together", (f'"{word(13)} {word(12)}"',)),
        Case("one or the other", (f"{word(40)} or {word(300)}", f"{rare[0]} or {rare[1]}")),
        Case("one without the other", (f"{word(40)} -{word(44)}",)),
        Case("an author", (author(3), author(900))),
        Case("nothing matches", ("xyzzy", f"xyzzy {word(40)}")),
        Case("a word in a third, of one topic", third, Filters(topic=topic)),
        Case("a word in a third, of three months", third, newest),
        Case("a word in a third, with code", third, Filters(with_code=True)),
        Case("two words, all filters", two, Filters(topic, newest.since, DAY, True)),
    ]


def _measured(case: Case, times: int) -> dict[str, Any]:
    """Milliseconds of the two statements that read a query and find the best papers."""
    spent: list[float] = []
    computed: list[float] = []
    for query in case.queries:
        of_query, of_backend = _milliseconds(partial(_find, query, case.filters), times)
        spent += of_query
        computed.append(of_backend)
    row = _row(case.name, spent, statistics.mean(computed))
    found = [_find(query, case.filters) for query in case.queries]
    print(f"{'':<46}{' / '.join(f'{total:,}' for total in found)} papers", flush=True)
    return {**row, "queries": case.queries, "found": found}


def _find(query: str, filters: Filters) -> int:
    parsed = parse(query)
    return top_matches(parsed, filters, at_least=20).total if parsed else 0


def _search() -> object:
    """The same with what a page shows: papers, topics, signals, trends."""
    return search_papers(word(40), now=NOW)


def _milliseconds(act: Callable[[], object], times: int) -> tuple[list[float], float]:
    """Milliseconds of each run, and those that the database computed for one, on average.

    On a machine with other load the second is the better measure.
    """
    act()  # pages come into memory once
    server = Server()
    spent, before = [], server.own_cpu_seconds()
    for _ in range(times):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    return spent, (server.own_cpu_seconds() - before) / times * 1000


def _row(name: str, spent: list[float], computed: float) -> dict[str, Any]:
    low, *_, high = statistics.quantiles(spent, n=20, method="inclusive")
    median = statistics.median(spent)
    spread = f"{median:>8.1f} ms  ({low:.1f} to {high:.1f})"
    print(f"{name:<46}{spread}   computed {computed:.1f} ms", flush=True)
    return {
        "name": name,
        "median_ms": median,
        "p5_ms": low,
        "p95_ms": high,
        "computed_ms": computed,
    }


if __name__ == "__main__":
    main(is_quick())
