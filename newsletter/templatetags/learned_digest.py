"""`{% learned_digest subscriber balance %}`: a reader's digest at a balance, within their page.

A tag, because the pages of subscribers import nothing of newsletter.
"""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.conf import settings
from django.template import Context
from django.utils import timezone

from newsletter.previews.balance import balance_preview
from subscribers.models import Subscriber
from web.rate_limit import hit

register = template.Library()
_RATE: Final = "150/5 minutes"  # of one network, as of all previews


@register.inclusion_tag("pages/newsletter/_learned_digest.html", takes_context=True)
def learned_digest(context: Context, subscriber: Subscriber, balance: int) -> dict[str, Any]:
    """The limit of the visitor's network counts; above it nothing is computed."""
    request = context.get("request")
    quota = hit("preview", _RATE, request.META.get("REMOTE_ADDR", "")) if request else None
    if quota is not None and not quota.is_kept:
        return {"is_refused": True}
    today = timezone.now().date()
    found = balance_preview(subscriber, balance, today, minimum=settings.DIGEST_MINIMUM)
    return {"is_refused": False, "found": found, "is_stored": not context.get("is_preview")}
