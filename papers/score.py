"""Score: store how strongly each paper of a window trends, with what the score is made of."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction

from papers.measure import measure
from papers.models import PaperTopic, Trend
from papers.queries import listed_in
from papers.trend import VERSION, WEIGHTS, Score, rank
from papers.windows import Window, closes_at

__all__ = ["VERSION", "WEIGHTS", "score"]


def score(window: Window, day: date, now: datetime) -> int:
    """Score the papers first listed in the window that ends with `day`.

    Reads count up to the window's close, or up to `now` (aware) while it is open; so a
    closed window can be scored again at any time and comes out the same.

    Returns how many papers have a trend now. Repeating it replaces their rows.
    """
    ids = list(listed_in(window, day).order_by("pk").values_list("pk", flat=True))
    measured = measure(ids, min(closes_at(day), now), window=window)
    scores = rank(measured.values(), _fields(ids))
    rows = [_row(one, window, day, now) for one in sorted(scores, key=lambda one: one.paper_id)]
    with transaction.atomic():
        Trend.objects.filter(window=window, day=day).exclude(paper_id__in=ids).delete()
        # In the order of ids: two runs at once wait for each other instead of locking up.
        Trend.objects.bulk_create(
            rows,
            batch_size=2_000,
            update_conflicts=True,
            unique_fields=["paper", "window", "day"],
            update_fields=["value", "components", "version", "scored_at"],
        )
    return len(rows)


def _fields(paper_ids: list[int]) -> dict[int, list[str]]:
    """The topics of each paper, best first."""
    links = PaperTopic.objects.filter(paper_id__in=paper_ids, topic__is_active=True)
    fields: dict[int, list[str]] = defaultdict(list)
    for paper_id, slug in links.order_by("paper_id", "-weight", "topic_id").values_list(
        "paper_id", "topic__slug"
    ):
        fields[paper_id].append(slug)
    return fields


def _row(one: Score, window: Window, day: date, now: datetime) -> Trend:
    return Trend(
        paper_id=one.paper_id,
        window=window,
        day=day,
        value=one.value,
        components=one.components,
        version=VERSION,
        scored_at=now,
    )
