"""Hold papers to the end of a transaction, so that what is said of them has a paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from papers.models import Paper
from web.sql import array, rows

# The weakest lock that a deletion waits for: what a foreign key takes, but at once and not at the
# commit, where a paper that was deleted meanwhile would be an error of the database.
_HOLD: Final = """
SELECT id FROM papers_paper WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE
"""


def hold_papers(ids: Iterable[int]) -> set[int]:
    """Those of these papers that are here; none of them is deleted before the transaction ends.

    It waits for a process that deletes or merges one of them, and for no other.
    """
    return {found for (found,) in rows(_HOLD, ids=array(ids))}


def hold_paper(paper: Paper) -> None:
    """The same for one paper.

    Raises:
        Paper.DoesNotExist: it has been deleted, or merged into another, since it was read.
    """
    if not hold_papers([paper.pk]):
        raise Paper.DoesNotExist(paper.pk)


def hold_for_deletion(ids: Iterable[int]) -> None:
    """Wait for those who hold these papers, and let nobody hold them: before rows of theirs move.

    What they stored is seen afterwards. In another order it would belong to no paper.
    """
    list(Paper.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update().only("pk"))
