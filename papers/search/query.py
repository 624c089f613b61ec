"""Find the papers that match a query, best first, in a time that does not grow with them.

Two steps, because ranking is expensive and matching is cheap. The index finds and counts all
entries that match; those with the strongest trend, and those with the strongest trend whose
title matches, become candidates; only these are ranked, by relevance times trend. So a word
that is in a third of all papers costs little more than a rare one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction

from web.sql import execute, rows

CANDIDATES: Final = 250  # by trend, and as many again by title
# The weight of a word by its place: unused, authors, abstract, title.
_WEIGHTS: Final = [0.0, 0.2, 0.3, 1.0]


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as two tsqueries of PostgreSQL.

    `full_query` is the whole query. `index_query` is the part that the index can answer
    without reading the words of a paper: in it a phrase is only the set of its words.
    """

    full_query: str
    index_query: str


@dataclass(frozen=True, slots=True)
class Filters:
    """The other conditions: a topic (its key), the first and last day of listing, code."""

    topic: int | None = None
    since: date | None = None
    until: date | None = None
    with_code: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """The keys of the best papers, best first, and the number of all matches or an estimate."""

    paper_ids: Sequence[int]
    total: int
    is_estimate: bool = False


# A web-search query never fails; it may have no word to search for ("the", "-this"): querytree
# then gives '' or T. If it has phrases, the index query is what querytree leaves (it drops the
# excluded words), with each "followed by" made an "and". Lexemes contain no spaces, so
# " <-> " is always the operator.
_PARSE: Final = r"""
SELECT parsed::text,
       CASE WHEN parsed::text ~ ' <(-|\d+)> '
            THEN regexp_replace(querytree(parsed), ' <(-|\d+)> ', ' & ', 'g')
            ELSE parsed::text END
FROM websearch_to_tsquery('english', papers_fold(%(query)s)) AS parsed
WHERE querytree(parsed) NOT IN ('', 'T')
"""

# The index search_entry_words finds the matches, and search_entry_title those by title; both
# scan a bitmap of narrow rows. The planner does not know that `words` is stored outside of the
# row and would read the whole table for a common word, so `top_matches` disables sequential
# scans. 100,000 papers: see bench/search.py; docs/search.md has the figures.
_TOP_MATCHES: Final = """
WITH matched AS MATERIALIZED (
    SELECT paper_id, prominence, listed_on
    FROM papers_searchentry AS entry
    WHERE words @@ %(index_query)s::tsquery {filters}
), strongest AS (
    SELECT paper_id
    FROM matched
    ORDER BY prominence DESC, listed_on DESC, paper_id
    LIMIT %(candidates)s
), titled AS (
    SELECT paper_id
    FROM papers_searchentry AS entry
    WHERE ts_filter(words, '{{a}}') @@ %(index_query)s::tsquery {filters}
    ORDER BY prominence DESC, listed_on DESC, paper_id
    LIMIT %(candidates)s
), ranked AS MATERIALIZED (
    SELECT entry.paper_id, entry.listed_on, strongest.paper_id IS NOT NULL AS is_strong,
           ts_rank(%(weights)s::real[], words, %(full_query)s::tsquery)
               * (1 + greatest(prominence, 0)) AS rank
    FROM strongest
    FULL JOIN titled USING (paper_id)
    JOIN papers_searchentry AS entry USING (paper_id)
    WHERE {checked}
)
SELECT (SELECT count(*) FROM matched),
       count(*) FILTER (WHERE is_strong),
       coalesce(array_agg(paper_id ORDER BY rank DESC, listed_on DESC, paper_id), '{{}}')
FROM ranked
"""


def parse(query: str) -> ParsedQuery | None:
    """Parse a query in web-search syntax; None: it has no word to search for."""
    for full_query, index_query in rows(_PARSE, query=query):
        return ParsedQuery(full_query, index_query)
    return None


def top_matches(parsed: ParsedQuery, filters: Filters, *, at_least: int) -> Matches:
    """The best papers for the query, at most twice `CANDIDATES` of them.

    If so few of the candidates hold the phrase that not even `at_least` are left, all papers
    that hold its words are read: slow, but no match is missed.
    """
    with transaction.atomic():
        execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        matches = _top_matches(parsed, filters, parsed.index_query)
        if matches.is_estimate and len(matches.paper_ids) < at_least:
            return _top_matches(parsed, filters, parsed.full_query)
        return matches


def _top_matches(parsed: ParsedQuery, filters: Filters, index_query: str) -> Matches:
    statement, values = build_statement(parsed, filters, index_query)
    ((count, strong, paper_ids),) = rows(statement, **values)
    if index_query == parsed.full_query:
        return Matches(paper_ids, count)
    if count <= CANDIDATES:
        return Matches(paper_ids, len(paper_ids))
    estimate = max(len(paper_ids), round(count * strong / CANDIDATES))
    return Matches(paper_ids, estimate, is_estimate=True)


def build_statement(
    parsed: ParsedQuery, filters: Filters, index_query: str
) -> tuple[str, dict[str, Any]]:
    """The statement that matches `index_query`, checks and ranks `parsed`, and its values."""
    conditions = {
        "AND listed_on >= %(since)s": filters.since,
        "AND listed_on <= %(until)s": filters.until,
        "AND has_code": filters.with_code,
        "AND EXISTS (SELECT FROM papers_papertopic AS link WHERE link.paper_id = entry.paper_id "
        "AND link.topic_id = %(topic)s)": filters.topic,
    }
    is_checked = index_query != parsed.full_query
    statement = _TOP_MATCHES.format(
        filters=" ".join(condition for condition, value in conditions.items() if value),
        checked="words @@ %(full_query)s::tsquery" if is_checked else "true",
    )
    return statement, {
        "full_query": parsed.full_query,
        "index_query": index_query,
        "weights": _WEIGHTS,
        "candidates": CANDIDATES,
        "since": filters.since,
        "until": filters.until,
        "topic": filters.topic,
    }
