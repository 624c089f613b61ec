"""The papers of an edition that were withdrawn after it was frozen, and what follows from them.

A frozen edition never changes, and neither does a message that may have arrived. So these papers
are left out when the papers of a digest are chosen, and a delivery that waits for another attempt
with one of them is decided again.
"""

from __future__ import annotations

from typing import Final

from newsletter.delivery.types import Claimed
from web.sql import rows

# Read for each claim, so a withdrawal counts after 250 messages at the latest. Served by the index
# of candidates by edition and by the primary key of papers: 500 candidates in 1 ms.
_WITHDRAWN: Final = """
SELECT candidate.paper_id
  FROM newsletter_candidate AS candidate
  JOIN papers_paper AS paper ON paper.id = candidate.paper_id
 WHERE candidate.edition_id = %(edition)s AND paper.is_withdrawn
"""


def withdrawn_papers(edition_id: int) -> frozenset[int]:
    """The ids of the edition's papers that are withdrawn now; nearly always none."""
    return frozenset(number for (number,) in rows(_WITHDRAWN, edition=edition_id))


def without_withdrawn(delivery: Claimed, withdrawn: frozenset[int]) -> Claimed:
    """The delivery without its stored content if a withdrawn paper is part of it, else the same.

    No server is known to have accepted that content, so the next attempt may say something else.
    """
    stored = delivery.content
    if stored is None or withdrawn.isdisjoint(pick.paper_id for pick in stored.picks):
        return delivery
    return delivery._replace(content=None)
