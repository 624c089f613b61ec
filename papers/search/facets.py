"""How many papers of a search have each topic, each year and code, so that a reader can narrow it.

Of a few hundred matches each is counted. Of more, about two thousand are: which ones depends on a
hash of their numbers, so that no year and no topic is drawn more often, and the counts are scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from papers.search.query import BY_INDEX, Filters, Matches, filter_conditions
from web.sql import array, execute, rows

COUNTED: Final = 2_000  # papers, about: enough for two digits of a share of one in fifty

# Served by search_entry_words as the search itself, or by the primary key, and by
# paper_topic_once. 100,000 papers: 2 ms for 500 ids, 12 ms for 29,000 matches, 19 ms for 63,000.
_FACETS: Final = """
WITH matched AS MATERIALIZED (
    SELECT paper_id, listed_on, has_code
    FROM papers_searchentry AS entry
    WHERE {condition}
), size AS MATERIALIZED (
    SELECT count(*) AS papers FROM matched
), counted AS MATERIALIZED (
    SELECT matched.*
    FROM matched, size
    WHERE papers <= %(most)s OR hashint8(paper_id) & 65535 < 65536.0 * %(most)s / papers
)
SELECT 'all', '', count(*) FROM counted
UNION ALL
SELECT 'code', '', count(*) FROM counted WHERE has_code
UNION ALL
SELECT 'year', to_char(listed_on, 'YYYY'), count(*) FROM counted GROUP BY 2
UNION ALL
SELECT 'topic', topic.slug, count(*)
FROM counted
JOIN papers_papertopic AS link USING (paper_id)
JOIN papers_topic AS topic ON topic.id = link.topic_id AND topic.is_active
GROUP BY 2
"""


@dataclass(frozen=True, slots=True)
class Facets:
    """Papers of a search by topic (slug) and by year, the most first, and how many have code.

    Estimates if `is_estimate`.
    """

    topics: Sequence[tuple[str, int]] = ()
    years: Sequence[tuple[int, int]] = ()
    with_code: int = 0
    is_estimate: bool = False


def count_facets(matches: Matches, filters: Filters) -> Facets:
    """The facets of the papers that a search matches, within its filters.

    One statement, or three with the transaction around it; none without a match.
    """
    if not matches.total:
        return Facets()
    if len(matches.paper_ids) >= matches.total:
        ids = array(matches.paper_ids)
        found = rows(
            _FACETS.format(condition="paper_id = ANY(%(ids)s::bigint[])"), ids=ids, most=COUNTED
        )
        return _facets(found, len(matches.paper_ids))
    condition, values = filter_conditions(filters)
    statement = _FACETS.format(condition=f"words @@ %(index_query)s::tsquery {condition}")
    with transaction.atomic():
        execute(BY_INDEX)
        found = rows(statement, index_query=matches.index_query, most=COUNTED, **values)
    return _facets(found, matches.total)


def _facets(found: Sequence[tuple[Any, ...]], total: int) -> Facets:
    """The rows of the statement, scaled from the papers counted to all of them."""
    counted = max(sum(papers for kind, _, papers in found if kind == "all"), 1)

    def of(kind: str) -> list[tuple[str, int]]:
        scaled = (
            (key, round(papers * total / counted)) for one, key, papers in found if one == kind
        )
        return sorted(scaled, key=lambda item: (-item[1], item[0]))

    return Facets(
        topics=of("topic"),
        years=sorted(((int(key), papers) for key, papers in of("year")), reverse=True),
        with_code=sum(papers for _, papers in of("code")),
        is_estimate=counted != total,
    )
