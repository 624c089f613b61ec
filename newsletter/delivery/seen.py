"""Which papers subscribers were sent before, so that each gets a paper once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from newsletter.editions.loaded_edition import SeenScope
from web.sql import array, rows

# What these subscribers were sent since a day, or may have been. One subscriber at a time, served
# by delivery_once: with all in one condition, a table without statistics would be read as a whole.
# And only in the partitions of editions that can have been sent since, one or two.
_SEEN = """
SELECT subscriber.id, papers.sent
  FROM unnest(%(subscribers)s::bigint[]) AS subscriber (id)
 CROSS JOIN LATERAL (
   SELECT array_agg(paper) AS sent
     FROM newsletter_delivery AS delivery
     JOIN newsletter_digestcontent AS content
       ON content.delivery_id = delivery.id AND content.edition_id = delivery.edition_id,
          unnest(content.papers) AS paper
    WHERE delivery.subscriber_id = subscriber.id
      AND delivery.edition_id >= %(first_edition)s
      AND delivery.created_at >= %(since)s
      AND delivery.edition_id <> %(edition)s
      AND delivery.state IN ('sending', 'sent', 'deferred', 'uncertain')
 ) AS papers
 WHERE papers.sent IS NOT NULL
"""

# The same of single editions, which are older: those that hold papers of this one.
_SEEN_IN = """
SELECT delivery.subscriber_id, array_agg(paper)
  FROM newsletter_delivery AS delivery
  JOIN newsletter_digestcontent AS content
    ON content.delivery_id = delivery.id AND content.edition_id = delivery.edition_id,
       unnest(content.papers) AS paper
 WHERE delivery.subscriber_id = ANY(%(subscribers)s::bigint[])
   AND delivery.edition_id = ANY(%(editions)s::bigint[])
   AND delivery.state IN ('sending', 'sent', 'deferred', 'uncertain')
 GROUP BY delivery.subscriber_id
"""


def seen_papers(
    subscribers: Sequence[int], edition_id: int, scope: SeenScope
) -> dict[int, set[int]]:
    """Papers that other editions of the scope sent, by subscriber; those with none are absent."""
    ids = array(subscribers)
    found = rows(
        _SEEN,
        subscribers=ids,
        edition=edition_id,
        since=scope.since,
        first_edition=scope.first_edition,
    )
    if scope.older_editions:
        found += rows(_SEEN_IN, subscribers=ids, editions=array(scope.older_editions))
    seen: defaultdict[int, set[int]] = defaultdict(set)
    for subscriber, papers in found:
        seen[subscriber].update(papers)
    return dict(seen)
