"""What is asked of each live source, in which order, and what becomes of the answers.

A module in papers/sources/ knows how a service speaks; its namesake here knows which papers
to ask about. Both know one service only, so none can stop another.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import OuterRef, Subquery

from papers.models import Signal
from papers.sources.http import Limits

# Papers that are still moving: they are read each hour.
FRESH: Final = timedelta(days=14)
# A task is ended after 240 seconds; what it asks must be over before.
RUN: Final = Limits(run=200.0)


def last_read(source: str, kind: str, column: str = "read_at") -> Subquery:
    """When `source` last counted `kind` of a paper, or with "value" how many; None: never.

    One step down the index signal_read_once for each paper, however many reads it has.
    """
    reads = Signal.objects.filter(paper=OuterRef("pk"), source=source, kind=kind)
    return Subquery(reads.order_by("-read_at").values(column)[:1])
