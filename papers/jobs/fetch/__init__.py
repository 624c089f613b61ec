"""Which papers to request from each live source, in which order, and how to store the answers.

A module in papers/sources/ sends the requests of one service; the module of the same name here
selects the papers. Both import one service only, so an error of one cannot stop another.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import OuterRef, Subquery

from papers.models import Signal
from papers.sources.http import Limits

# Papers younger than this still gain signals quickly: they are read each hour.
FRESH: Final = timedelta(days=14)
# Celery ends a task after 240 seconds; its requests must be over before that.
RUN: Final = Limits(run=200.0)


def last_read(source: str, kind: str, column: str = "read_at") -> Subquery:
    """The time, or another column, of the last read of `kind` at `source`; None: never read.

    One step down the index signal_read_once for each paper, however many reads it has.
    """
    reads = Signal.objects.filter(paper=OuterRef("pk"), source=source, kind=kind)
    return Subquery(reads.order_by("-read_at").values(column)[:1])
