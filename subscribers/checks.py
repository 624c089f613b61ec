"""`manage.py check` on the settings of sign-up. docs/settings.md lists every id."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from web.rate_limit import is_rate

_RATES: Final = ("SIGN_UP_RATE", "SIGN_UP_RATE_DOMAIN", "SIGN_UP_RATE_SITE")


@register("trending")
def check_sign_up_rate(**_kwargs: object) -> list[CheckMessage]:
    """E010: a rate that the limiter cannot parse would fail at the first sign-up."""
    return [
        Error(
            f"{name} is {getattr(settings, name)!r}, which is no rate.",
            hint="Write a number and a span: 30/hour, 100/day or 500/5 minutes.",
            id="trending.E010",
        )
        for name in _RATES
        if not is_rate(getattr(settings, name))
    ]
