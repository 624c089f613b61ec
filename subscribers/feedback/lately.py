"""How much feedback came lately, for the operator's figures."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from subscribers.models import Feedback


def counts_since(since: datetime) -> dict[Feedback.Kind, int]:
    """How many rows of each kind were stored since then; served by feedback_at. One query."""
    groups = Feedback.objects.filter(at__gte=since).order_by().values_list("kind")
    found = dict(groups.annotate(count=Count("id")))
    return {kind: found.get(kind, 0) for kind in Feedback.Kind}
