"""The search table follows papers and trends, and a query uses its indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from papers.models import Paper, SearchEntry, Trend
from papers.ranking.score import score
from papers.search import query
from papers.search.query import Filters, ParsedQuery, build_statement, parse, top_matches
from tests.factories import DAY, NOON, make_paper, make_paper_topic, make_signal, make_topic
from web.sql import execute, rows

pytestmark = pytest.mark.django_db


def make_trend(paper: Paper, value: float, window: str = "week", day: date = DAY) -> Trend:
    values: dict[str, Any] = {"components": {}, "version": "test", "scored_at": NOON}
    return Trend.objects.create(paper=paper, window=window, day=day, value=value, **values)


def entry_of(paper: Paper) -> SearchEntry:
    return SearchEntry.objects.get(paper=paper)


def found(query: str, **filters: Any) -> list[int]:
    parsed = parse(query)
    assert parsed is not None
    return list(top_matches(parsed, Filters(**filters), at_least=20).paper_ids)


def plan_of(query: str, **filters: Any) -> str:
    parsed = parse(query)
    assert parsed is not None
    statement, values = build_statement(parsed, Filters(**filters), parsed.index_query)
    return "\n".join(line for (line,) in rows(f"EXPLAIN {statement}", **values))


# ── the search table ─────────────────────────────────────────────────────────


def test_a_new_paper_is_found_at_once() -> None:
    paper = make_paper("Splatting mountains")
    assert found("mountain splat") == [paper.pk]


def test_papers_stored_in_bulk_are_found() -> None:
    Paper.objects.bulk_create(
        Paper(title=f"Glacier {n}", title_key=f"glacier {n}", listed_on=DAY) for n in range(3)
    )
    assert len(found("glacier")) == 3


def test_a_changed_title_replaces_the_old_one() -> None:
    paper = make_paper("Rivers")
    Paper.objects.filter(pk=paper.pk).update(title="Lakes")
    assert found("lakes") == [paper.pk]
    assert found("rivers") == []


def test_an_upsert_updates_the_search_table() -> None:
    paper = make_paper("Rivers", code_url="")
    paper.title, paper.code_url = "Lakes", "https://example.org/"
    Paper.objects.bulk_create(
        [paper],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["title", "code_url"],
    )
    assert found("lakes", with_code=True) == [paper.pk]


def test_a_deleted_paper_is_not_found() -> None:
    make_paper("Rivers").delete()
    assert found("rivers") == []


def test_a_withdrawn_paper_is_not_found_until_it_is_back() -> None:
    paper = make_paper("Rivers")
    Paper.objects.filter(pk=paper.pk).update(is_withdrawn=True)
    assert found("rivers") == []
    Paper.objects.filter(pk=paper.pk).update(is_withdrawn=False)
    assert found("rivers") == [paper.pk]


def test_the_newest_trend_is_the_prominence() -> None:
    paper = make_paper()
    assert entry_of(paper).prominence == 0
    make_trend(paper, 4.0, day=DAY)
    make_trend(paper, 3.0, day=DAY + timedelta(days=1))
    make_trend(paper, 9.0, day=DAY - timedelta(days=1))
    assert entry_of(paper).prominence == 3.0


def test_each_new_score_becomes_the_prominence() -> None:
    paper = make_paper()
    for hours, upvotes in ((0, 84), (2, 300)):
        make_signal(paper, upvotes, read_at=NOON + timedelta(hours=hours))
        score("week", DAY, NOON + timedelta(hours=hours + 1))
        assert entry_of(paper).prominence == Trend.objects.get(paper=paper).value > 0


def test_the_longest_window_of_the_newest_day_counts() -> None:
    paper = make_paper()
    for window, value in (("month", 5.0), ("week", 4.0), ("day", 3.0)):
        make_trend(paper, value, window)
    assert entry_of(paper).prominence == 5.0


def test_trends_stored_in_bulk_become_the_prominence() -> None:
    papers = [make_paper(), make_paper()]
    trends = [make_trend(paper, 1.0) for paper in papers]
    for trend in trends:
        trend.pk, trend.value = None, 2.0
    Trend.objects.bulk_create(
        trends,
        update_conflicts=True,
        unique_fields=["paper", "window", "day"],
        update_fields=["value"],
    )
    assert [entry_of(paper).prominence for paper in papers] == [2.0, 2.0]


def test_after_a_deleted_trend_the_one_before_counts() -> None:
    paper = make_paper()
    older = make_trend(paper, 4.0, "month")
    make_trend(paper, 6.0, "day", DAY + timedelta(days=1)).delete()
    assert entry_of(paper).prominence == 4.0
    older.delete()
    assert (entry_of(paper).prominence, entry_of(paper).trend_day) == (0, None)


def test_the_words_are_stored_outside_of_the_row() -> None:
    make_paper("Short", summary="Very short.")
    ((row_size,),) = rows("SELECT pg_column_size(entry.*) FROM papers_searchentry AS entry")
    ((outside,),) = rows(
        "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = %(table)s",
        table="papers_searchentry",
    )
    assert row_size < 250
    assert outside > 0


# ── parsing a query ──────────────────────────────────────────────────────────


def test_a_query_of_words_is_its_own_index_query() -> None:
    parsed = parse("graph networks ")
    words, either = "'graph' & 'network'", "'graph' & 'network' | 'graphnetwork'"
    marks = "'graph' | 'graphnetwork' | 'network'"
    assert parsed == ParsedQuery(
        either, either, either, words, together="( 'graph' <-> 'network' )", marks=marks
    )


def test_the_index_query_of_a_phrase_is_its_words() -> None:
    parsed = parse('"graph networks" -toy')
    assert parsed is not None
    assert parsed.full_query == "'graph' <-> 'network' & !( 'toy' )"
    assert parsed.index_query == "'graph' & 'network'"


def test_an_excluded_phrase_does_not_exclude_its_words() -> None:
    parsed = parse('drawing -"still life"')
    assert parsed is not None
    assert parsed.index_query == "'draw'"


@pytest.mark.parametrize(
    "query", ["", "the of and", "-graph", '-"a graph"', "...", '"', "graph or -x"]
)
def test_queries_without_a_word_parse_to_none(query: str) -> None:
    assert parse(query) is None


@pytest.mark.parametrize(
    "query",
    ['"unclosed', "((", "a & | !", "x:*", "<->", "or or or", "-- - -", "'", "\\", "%s %", "{}"],
)
def test_invalid_syntax_is_never_an_error(query: str) -> None:
    parsed = parse(query)
    if parsed:
        assert top_matches(parsed, Filters(), at_least=20).total == 0


# ── the best matches ─────────────────────────────────────────────────────────


@pytest.fixture
def few_candidates(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(query, "CANDIDATES", 5)
    yield 5


def test_a_common_word_selects_the_strongest_trends_and_counts_all(few_candidates: int) -> None:
    papers = [make_paper(summary=f"About sand {n}.") for n in range(12)]
    for value, paper in enumerate(papers):
        make_trend(paper, value)
    matches = top_matches(parse("sand") or ParsedQuery("", ""), Filters(), at_least=5)
    assert list(matches.paper_ids) == [paper.pk for paper in reversed(papers[-few_candidates:])]
    assert (matches.total, matches.is_estimate) == (12, False)


def test_a_match_in_the_title_is_a_candidate_with_any_trend(few_candidates: int) -> None:
    for _ in range(12):
        make_trend(make_paper(summary="About sand."), 1.0)
    unscored = make_paper("Sand")
    assert unscored.pk in found("sand")
    assert len(found("sand")) == few_candidates + 1


def test_the_count_of_a_phrase_is_estimated_from_the_candidates(few_candidates: int) -> None:
    for _ in range(8):
        make_paper(summary="The red house.")
    matches = top_matches(parse('"red house"') or ParsedQuery("", ""), Filters(), at_least=5)
    assert (len(matches.paper_ids), matches.total, matches.is_estimate) == (few_candidates, 8, True)


@pytest.mark.usefixtures("few_candidates")
def test_a_rare_phrase_is_found_among_papers_with_its_words() -> None:
    for _ in range(12):
        make_trend(make_paper(summary="A house that is red."), 5.0)
    rare = make_paper(summary="The red house.")
    matches = top_matches(parse('"red house"') or ParsedQuery("", ""), Filters(), at_least=5)
    assert list(matches.paper_ids) == [rare.pk]
    assert (matches.total, matches.is_estimate) == (1, False)


def test_filters_apply_before_the_candidates_are_chosen(few_candidates: int) -> None:
    for _ in range(few_candidates + 1):
        make_trend(make_paper("Sand"), 5.0)
    topic = make_topic()
    expected = make_paper("Sand", listed_on=date(2024, 1, 5), code_url="https://example.org/")
    make_paper_topic(expected, topic)
    assert found("sand", topic=topic.pk) == [expected.pk]
    assert found("sand", until=date(2024, 1, 5)) == [expected.pk]
    assert found("sand", since=date(2024, 1, 5), until=date(2024, 1, 5)) == [expected.pk]
    assert found("sand", since=date(2024, 1, 6), with_code=True) == []
    assert found("sand", with_code=True) == [expected.pk]


# ── the plan ─────────────────────────────────────────────────────────────────


@pytest.fixture
def catalogue() -> None:
    """3,000 papers, of which every third is about sand and every hundredth about amber."""
    Paper.objects.bulk_create(
        Paper(
            title=f"{'Sand' if n % 3 else 'Stone'} {n}",
            title_key=f"{n}",
            summary=f"On {'amber' if n % 100 == 0 else 'dust'} and things {n} {n + 1}.",
            listed_on=DAY - timedelta(days=n % 500),
        )
        for n in range(3_000)
    )
    # As autovacuum does: a long pending list makes the index look expensive.
    for index in ("search_entry_words", "search_entry_title"):
        rows("SELECT gin_clean_pending_list(%(index)s)", index=index)
    execute("ANALYZE papers_searchentry")


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("query", ["amber", "amber dust", '"amber things"', "amber or 1234"])
def test_the_planner_chooses_the_indexes_for_rare_words(query: str) -> None:
    plan = plan_of(query)
    assert "Bitmap Index Scan on search_entry_words" in plan
    assert "Bitmap Index Scan on search_entry_title" in plan


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("filters", [{}, {"with_code": True}, {"since": DAY}])
def test_a_common_word_uses_the_indexes_without_sequential_scans(filters: dict[str, Any]) -> None:
    """The planner alone would read every row, and the words of each from outside of the row."""
    execute("SET LOCAL enable_seqscan = off")
    plan = plan_of("sand", **filters)
    assert "Bitmap Index Scan on search_entry_words" in plan
    assert "Bitmap Index Scan on search_entry_title" in plan
    assert "Seq Scan on papers_searchentry" not in plan


@pytest.mark.usefixtures("catalogue")
def test_a_topic_filter_needs_no_sequential_scan() -> None:
    execute("SET LOCAL enable_seqscan = off")
    plan = plan_of("sand", topic=make_topic().pk)
    assert "Bitmap Index Scan on search_entry_words" in plan or "papers_searchentry_pkey" in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db(transaction=True)
def test_the_settings_of_a_search_end_with_it() -> None:
    found("sand")
    assert rows("SHOW enable_seqscan") == [("on",)]
