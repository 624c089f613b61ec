"""Which of two compared rankings readers liked better: counted in digests that were sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Final

from web.sql import rows

_Z: Final = 1.96  # of a normal distribution: 95 % lie within
LEAST_READERS: Final = 20  # fewer say nothing yet

# What readers said of papers after a digest brought them. The digests of one reader are found by
# delivery_once, and only those of readers who gave feedback since then are looked for. A paper that
# was liked in two ways counts once.
_CREDITS: Final = """
SELECT subscriber, team, count(*) FILTER (WHERE likes), count(*) FILTER (WHERE NOT likes)
  FROM (
    SELECT feedback.subscriber_id AS subscriber, feedback.paper_id,
           substr(content.teams, array_position(content.papers, feedback.paper_id), 1) AS team,
           bool_or(feedback.kind IN ('save', 'more', 'upvote'))
             AND NOT bool_or(feedback.kind = 'less') AS likes
      FROM subscribers_feedback AS feedback
      JOIN newsletter_delivery AS delivery
        ON delivery.subscriber_id = feedback.subscriber_id AND delivery.created_at >= %(since)s
      JOIN newsletter_digestcontent AS content
        ON content.delivery_id = delivery.id AND content.edition_id = delivery.edition_id
     WHERE feedback.at >= %(since)s AND feedback.kind <> 'seed' AND content.teams <> ''
       AND feedback.at >= delivery.sent_at AND feedback.paper_id = ANY(content.papers)
     GROUP BY feedback.subscriber_id, feedback.paper_id, team
  ) AS credit
 WHERE team <> ''
 GROUP BY subscriber, team
"""


@dataclass(frozen=True, slots=True)
class Credits:
    """What one reader liked (saved, more, upvoted) and disliked of each ranking's papers."""

    liked_a: int = 0
    liked_b: int = 0
    disliked_a: int = 0
    disliked_b: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many readers liked more papers of A, of B, or as many of each.

    `share` is that of B among the readers who preferred one of them, between `lowest` and
    `highest` with 95 % certainty (Wilson's interval); 0 to 1 without such readers.
    """

    readers: int
    prefer_a: int
    prefer_b: int
    share: float
    lowest: float
    highest: float
    disliked_a: int
    disliked_b: int

    @property
    def ties(self) -> int:
        return self.readers - self.prefer_a - self.prefer_b

    @property
    def verdict(self) -> str:
        """What the figures say, in a sentence."""
        if self.prefer_a + self.prefer_b < LEAST_READERS:
            return f"Too few readers yet: {LEAST_READERS} who prefer one of the two are needed."
        if self.lowest > 0.5:
            return "Readers like the other ranking better."
        if self.highest < 0.5:
            return "Readers like the ordinary ranking better."
        return "No difference can be seen yet: the interval holds one half."


def compare(since: datetime) -> Comparison:
    """The comparison of the digests that were queued since then. One query."""
    return comparison(_credits(rows(_CREDITS, since=since)))


def comparison(credits: Iterable[Credits]) -> Comparison:  # noqa: A002
    """Each reader counts once, so that one who votes a hundred times decides nothing alone."""
    found = list(credits)
    prefer_a = sum(one.liked_a > one.liked_b for one in found)
    prefer_b = sum(one.liked_b > one.liked_a for one in found)
    lowest, highest = wilson(prefer_b, prefer_a + prefer_b)
    return Comparison(
        readers=sum(bool(one.liked_a or one.liked_b) for one in found),
        prefer_a=prefer_a,
        prefer_b=prefer_b,
        share=prefer_b / (prefer_a + prefer_b) if prefer_a + prefer_b else 0.5,
        lowest=lowest,
        highest=highest,
        disliked_a=sum(one.disliked_a for one in found),
        disliked_b=sum(one.disliked_b for one in found),
    )


def wilson(wins: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; from 0 to 1 without a trial."""
    if not trials:
        return 0.0, 1.0
    share, square = wins / trials, _Z**2 / trials
    middle = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def _credits(found: Sequence[tuple[int, str, int, int]]) -> Iterable[Credits]:
    teams = {(subscriber, team): (liked, disliked) for subscriber, team, liked, disliked in found}
    for subscriber in {subscriber for subscriber, _ in teams}:
        a, b = (teams.get((subscriber, team), (0, 0)) for team in "AB")
        yield Credits(liked_a=a[0], liked_b=b[0], disliked_a=a[1], disliked_b=b[1])
