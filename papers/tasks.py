"""Background work on papers. A task only translates; the verbs do the work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from papers.score import score
from papers.windows import WINDOWS


@shared_task(name="papers.score_today")
def score_today() -> None:
    """Score the windows that end today (UTC), so that the pages show the newest signals."""
    now = timezone.now()
    for window in WINDOWS:
        score(window, now.date(), now)
