"""Match: which papers a query means, the best first, in a time that does not grow with them.

Two steps, because ranking is dear and matching is cheap. All entries that match are gathered
and counted; the strongest of them by trend, and by trend those whose title matches, become
candidates; only these are ranked, by relevance times trend. So a word that is in a third of
all papers costs little more than a rare one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection, transaction

CANDIDATES: Final = 250  # by trend, and as many again by title
# What a word counts by where it stands: unused, authors, abstract, title.
_WEIGHTS: Final = [0.0, 0.2, 0.3, 1.0]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query as the index understands it.

    `exact` is the whole of it. `gathered` is what the index can answer without reading the
    words of a paper: a phrase is then only all of its words.
    """

    exact: str
    gathered: str

    @property
    def has_phrase(self) -> bool:
        return self.exact != self.gathered


@dataclass(frozen=True, slots=True)
class Filters:
    """What else a paper must be: of a topic (its key), listed within days, with code."""

    topic: int | None = None
    since: date | None = None
    until: date | None = None
    with_code: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """The keys of the best papers, best first, and how many match in all; `is_about`: a guess."""

    paper_ids: Sequence[int]
    total: int
    is_about: bool = False


# A web-search query never fails; it may hold nothing to look for ("the", "-this"): querytree
# then gives '' or T. Where it has phrases, `gathered` is what querytree leaves (it drops what
# must not be there) with each "followed by" made an "and". Lexemes hold no spaces, so
# " <-> " is always the operator.
_READ: Final = r"""
SELECT exact::text,
       CASE WHEN exact::text ~ ' <(-|\d+)> '
            THEN regexp_replace(querytree(exact), ' <(-|\d+)> ', ' & ', 'g')
            ELSE exact::text END
FROM websearch_to_tsquery('english', papers_fold(%s)) AS exact
WHERE querytree(exact) NOT IN ('', 'T')
"""

# search_entry_words gathers, and search_entry_title the titles; both scan a bitmap of narrow
# rows. The planner does not know that reading `words` means a trip out of the row and would
# read the whole table for a common word, so `best` forbids it that.
# 100,000 papers: see bench/search.py; docs/search.md has the figures.
_BEST: Final = """
WITH matched AS MATERIALIZED (
    SELECT paper_id, prominence, listed_on
    FROM papers_searchentry AS entry
    WHERE words @@ %(gathered)s::tsquery {filters}
), strongest AS (
    SELECT paper_id
    FROM matched
    ORDER BY prominence DESC, listed_on DESC, paper_id
    LIMIT %(candidates)s
), titled AS (
    SELECT paper_id
    FROM papers_searchentry AS entry
    WHERE ts_filter(words, '{{a}}') @@ %(gathered)s::tsquery {filters}
    ORDER BY prominence DESC, listed_on DESC, paper_id
    LIMIT %(candidates)s
), ranked AS MATERIALIZED (
    SELECT entry.paper_id, entry.listed_on, strongest.paper_id IS NOT NULL AS is_strong,
           ts_rank(%(weights)s::real[], words, %(exact)s::tsquery)
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


def read(query: str) -> Wanted | None:
    """The query in web-search syntax as the index understands it; None: it looks for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [query])
        row = cursor.fetchone()
    return Wanted(*row) if row else None


def best(wanted: Wanted, filters: Filters, *, enough: int) -> Matches:
    """The best papers for the query, at most twice `CANDIDATES` of them.

    Where a phrase holds for so few of the candidates that not even `enough` are left, all
    that hold its words are read: slow, but nothing is missed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        found = _best(wanted, filters, wanted.gathered)
        if found.is_about and len(found.paper_ids) < enough:
            return _best(wanted, filters, wanted.exact)
        return found


def _best(wanted: Wanted, filters: Filters, gathered: str) -> Matches:
    is_checked = gathered != wanted.exact
    statement, values = statement_of(wanted, filters, gathered)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        gathered_count, strong, paper_ids = cursor.fetchone()
    if not is_checked:
        return Matches(paper_ids, gathered_count)
    if gathered_count <= CANDIDATES:
        return Matches(paper_ids, len(paper_ids))
    guess = max(len(paper_ids), round(gathered_count * strong / CANDIDATES))
    return Matches(paper_ids, guess, is_about=True)


def statement_of(wanted: Wanted, filters: Filters, gathered: str) -> tuple[str, dict[str, Any]]:
    """The statement that gathers by `gathered`, checks and ranks by `wanted`, and its values."""
    conditions = {
        "AND listed_on >= %(since)s": filters.since,
        "AND listed_on <= %(until)s": filters.until,
        "AND has_code": filters.with_code,
        "AND EXISTS (SELECT FROM papers_papertopic AS link WHERE link.paper_id = entry.paper_id "
        "AND link.topic_id = %(topic)s)": filters.topic,
    }
    statement = _BEST.format(
        filters=" ".join(condition for condition, value in conditions.items() if value),
        checked="true" if gathered == wanted.exact else "words @@ %(exact)s::tsquery",
    )
    return statement, {
        "exact": wanted.exact,
        "gathered": gathered,
        "weights": _WEIGHTS,
        "candidates": CANDIDATES,
        "since": filters.since,
        "until": filters.until,
        "topic": filters.topic,
    }
