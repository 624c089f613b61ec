"""What becomes of the papers from outside of readers' profiles: what readers said of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from web.sql import rows

# The digests are counted by content_explored, which holds those with such a paper only. Answers are
# looked for from the side of the feedback, which is little: of each reader by delivery_once.
# What was said before the digest was sent is no answer to it.
_EXPLORED: Final = """
WITH recent AS MATERIALIZED (
  SELECT coalesce(array_agg(id), '{}') AS ids FROM newsletter_edition WHERE day >= %(first_day)s
), answer AS (
  SELECT DISTINCT feedback.subscriber_id, feedback.paper_id, feedback.kind
    FROM subscribers_feedback AS feedback
    JOIN newsletter_delivery AS delivery
      ON delivery.subscriber_id = feedback.subscriber_id
     AND delivery.edition_id = ANY((SELECT ids FROM recent)::bigint[])
    JOIN newsletter_digestcontent AS content
      ON content.delivery_id = delivery.id AND content.edition_id = delivery.edition_id
   WHERE feedback.at >= %(first_day)s::timestamp AT TIME ZONE 'UTC' AND feedback.kind <> 'seed'
     AND feedback.at >= delivery.sent_at
     AND content.papers[content.explored + 1] = feedback.paper_id
)
SELECT (SELECT count(*) FROM newsletter_digestcontent
         WHERE explored IS NOT NULL AND edition_id = ANY((SELECT ids FROM recent)::bigint[])),
       count(*) FILTER (WHERE kind = 'save'), count(*) FILTER (WHERE kind = 'more'),
       count(*) FILTER (WHERE kind = 'upvote'), count(*) FILTER (WHERE kind = 'less')
  FROM answer
"""


@dataclass(frozen=True, slots=True)
class Explored:
    """How many digests had such a paper, and how often readers saved it, or said more or less."""

    digests: int
    saved: int
    more: int
    upvoted: int
    less: int


def explored_since(first_day: date) -> Explored:
    """Of the editions of this day and later ones. One query."""
    (counts,) = rows(_EXPLORED, first_day=first_day)
    return Explored(*counts)
