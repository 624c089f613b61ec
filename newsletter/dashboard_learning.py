"""The parts of the admin's home on learning: explored papers, rankings compared, no model."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from newsletter.delivery.explored import explored_since
from newsletter.interleaving_report import compare
from papers.similarity.words_alone import words_alone
from papers.windows import last_closed_day

DAYS: Final = 90  # of digests that are looked at


def papers_explored(now: datetime) -> dict[str, Any]:
    """What readers made of them. Empty while no digest had one. One query."""
    first_day = last_closed_day(now) - timedelta(days=DAYS)
    found = explored_since(first_day)
    return {"first_day": first_day, "found": found} if found.digests else {}


def rankings_compared(now: datetime) -> dict[str, Any]:
    """What readers made of the ranking that INTERLEAVE names. Empty while it names none."""
    if not settings.INTERLEAVE:
        return {}
    since = now - timedelta(days=DAYS)
    return {"other": settings.INTERLEAVE, "since": since, "result": compare(since)}


def compared_by_words() -> dict[str, Any]:
    """Why papers are compared by their words alone. Empty while a model is used. Two queries."""
    found = words_alone()
    return found._asdict() if found else {}
