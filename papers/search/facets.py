"""How many papers of a search have each topic, each year and code, so that a reader can narrow it.

Of a few hundred matches each is counted. Of more, about a thousand are: which ones depends on a
hash of their numbers, so that no year and no topic is drawn more often, and the counts are scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from web.sql import array, rows

COUNTED: Final = 1_000  # papers, about: a count of one in ten is mostly right within a tenth

# Both read `matched (paper_id, listed_on, has_code)` and `size (papers)`. The number is mixed
# before it is hashed, so that the sample does not depend on what else is chosen by a hash of it.
# The limit cuts nothing off: without it the planner expects many papers, and reads all topics.
_COUNTED: Final = """
counted AS MATERIALIZED (
    SELECT matched.*
    FROM matched
    WHERE hashint8(paper_id * 31 + 7) & 65535
          < (SELECT 65536 * %(most_counted)s / greatest(papers, %(most_counted)s) FROM size)
    LIMIT %(most_counted)s * 2
)"""
_BY_KIND: Final = """
SELECT 'all' AS kind, '' AS key, count(*) AS papers FROM counted
UNION ALL
SELECT 'code', '', count(*) FROM counted WHERE has_code
UNION ALL
SELECT 'year', to_char(listed_on, 'YYYY'), count(*) FROM counted GROUP BY 2
UNION ALL
SELECT 'topic', topic.slug, count(*)
FROM counted
JOIN papers_papertopic AS link USING (paper_id)
JOIN papers_topic AS topic ON topic.id = link.topic_id AND topic.is_active
GROUP BY 2"""

# A part of the statement of a search, which has `matched` already: reading the matches of a common
# word a second time would take as long as the search.
_JSON: Final = """(
    WITH {counted}
    SELECT json_agg(json_build_array(kind, key, papers)) FROM ({by_kind}) AS facets
)"""
AS_JSON: Final = _JSON.format(counted=_COUNTED, by_kind=_BY_KIND)
# Of up to a few hundred papers, by the primary key and paper_topic_once.
_IDS: Final = """
WITH matched AS MATERIALIZED (
    SELECT paper_id, listed_on, has_code
    FROM papers_searchentry
    WHERE paper_id = ANY(%(ids)s::bigint[])
), size AS (
    SELECT count(*) AS papers FROM matched
), {counted}
{by_kind}
"""
_OF_PAPERS: Final = _IDS.format(counted=_COUNTED, by_kind=_BY_KIND)


@dataclass(frozen=True, slots=True)
class Facets:
    """Papers of a search by topic (slug), the most first, and by year, the newest first.

    `with_code` of them have code. Estimates if `is_estimate`.
    """

    topics: Sequence[tuple[str, int]] = ()
    years: Sequence[tuple[int, int]] = ()
    with_code: int = 0
    is_estimate: bool = False


def facets_of(paper_ids: Sequence[int]) -> Facets:
    """The facets of these papers. One query; none without a paper."""
    if not paper_ids:
        return Facets()
    found = rows(_OF_PAPERS, ids=array(paper_ids), most_counted=COUNTED)
    return facets_from(found, len(paper_ids))


def facets_from(found: Sequence[Sequence[object]], total: int) -> Facets:
    """The facets out of rows (kind, key, papers), scaled from the papers counted to all of them."""
    by_kind: dict[str, list[tuple[str, int]]] = {}
    for kind, key, papers in found:
        by_kind.setdefault(str(kind), []).append((str(key), int(str(papers))))
    counted = max(sum(papers for _, papers in by_kind.get("all", [])), 1)

    def scaled(kind: str) -> list[tuple[str, int]]:
        of_kind = by_kind.get(kind, [])
        return [(key, round(papers * total / counted)) for key, papers in of_kind]

    return Facets(
        topics=sorted(scaled("topic"), key=lambda item: (-item[1], item[0])),
        years=sorted(((int(key), papers) for key, papers in scaled("year")), reverse=True),
        with_code=sum(papers for _, papers in scaled("code")),
        is_estimate=counted != total,
    )
