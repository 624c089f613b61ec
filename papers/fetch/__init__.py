"""What is asked of each live source, in which order, and what becomes of the answers.

A module in papers/sources/ knows how a service speaks; its namesake here knows which papers
to ask about. Both know one service only, so none can stop another.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from papers.sources.http import Limits

# Papers that are still moving: they are read each hour.
FRESH: Final = timedelta(days=14)
# A task is ended after 240 seconds; what it asks must be over before.
RUN: Final = Limits(run=200.0)
