"""How much feedback came lately, for the operator's figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count

from subscribers.models import Feedback
from web.admin import rows_url

DAYS: Final = 7
_LABELS: Final = {Feedback.Kind.SEED: "named as liked"}  # the own label says by whom


def feedback_figures(now: datetime) -> list[tuple[str, int, str]]:
    """For each kind its label, the rows of the last days, and the URL of the list of these.

    One query, served by feedback_at.
    """
    since = now.replace(microsecond=0) - timedelta(days=DAYS)
    groups = Feedback.objects.filter(at__gte=since).order_by().values_list("kind")
    found = dict(groups.annotate(count=Count("id")))
    return [
        (
            _LABELS.get(kind, str(kind.label)),
            found.get(kind, 0),
            rows_url(Feedback, kind__exact=kind.value, at__gte=since),
        )
        for kind in Feedback.Kind
    ]
