"""`{% editions_of paper %}`: the editions that a paper was in, for the page of the paper."""

from __future__ import annotations

from typing import Any, Final

from django import template

from newsletter.models import Edition
from papers.models import Paper

register = template.Library()

_SHOWN: Final = 6


@register.inclusion_tag("pages/newsletter/_editions_of.html")
def editions_of(paper: Paper) -> dict[str, Any]:
    """The newest six frozen editions with the paper, and the number of earlier ones. One query.

    A cancelled edition is left out: it has no page. A paper is in some forty editions at
    most: a month's is composed each day.
    """
    frozen = Edition.objects.light().filter(
        candidates__paper=paper, state=Edition.State.FROZEN, cancelled_at=None
    )
    editions = list(frozen.order_by("-day", "cadence"))
    return {"editions": editions[:_SHOWN], "earlier": len(editions[_SHOWN:])}
