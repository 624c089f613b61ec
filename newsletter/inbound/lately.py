"""How much mail arrived lately, for the operator's figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count

from newsletter.models import InboundMessage
from web.admin import rows_url

DAYS: Final = 7
_RESULTS: Final = (
    (InboundMessage.Result.UNPROVED, "not proved"),
    (InboundMessage.Result.NOT_FORWARDED, "replies not forwarded"),
    (InboundMessage.Result.FORWARD, "replies that wait"),
)


def inbound_figures(now: datetime) -> list[tuple[str, int, str]]:
    """Of each kind, and of what an operator should see, its label, its rows of the last days, and
    the URL of their list. Kinds of which there are none are left out.

    One query, served by inbound_received.
    """
    since = now.replace(microsecond=0) - timedelta(days=DAYS)
    groups = InboundMessage.objects.filter(received_at__gte=since).order_by()
    found = list(groups.values_list("kind", "result").annotate(count=Count("id")))
    figures = []
    for kind in InboundMessage.Kind:
        number = sum(count for name, _, count in found if name == kind)
        url = rows_url(InboundMessage, kind__exact=kind.value, received_at__gte=since)
        figures.append((str(kind.label), number, url))
    for result, label in _RESULTS:
        number = sum(count for _, name, count in found if name == result)
        url = rows_url(InboundMessage, result__exact=result.value, received_at__gte=since)
        figures.append((label, number, url))
    return [one for one in figures if one[1]]
