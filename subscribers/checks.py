"""`manage.py check` on the settings of sign-up. docs/settings.md lists every id."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from web.rate_limit import is_rate


@register("trending")
def check_sign_up_rate(**_kwargs: object) -> list[CheckMessage]:
    """E010: a rate that the limiter cannot parse would fail at the first sign-up."""
    if is_rate(settings.SIGN_UP_RATE):
        return []
    return [
        Error(
            f"SIGN_UP_RATE is {settings.SIGN_UP_RATE!r}, which is no rate.",
            hint="Write a number and a span: 30/hour, 100/day or 500/5 minutes.",
            id="trending.E010",
        )
    ]
