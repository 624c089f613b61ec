"""`manage.py check` on the settings of sign-up and of papers that readers name.

docs/settings.md lists every id.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 (Django names it so)

from web.rate_limit import is_rate

_NUMBERS: Final = {"SEEDS_PER_READER": (20, 1000), "SEED_LOOKUPS_PER_HOUR": (0, 100_000)}
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


@register("trending")
def check_named_papers(**_kwargs: object) -> list[CheckMessage]:
    """E091: the numbers of papers that readers may name, and of their lookups."""
    return [
        Error(
            f"{name} is {getattr(settings, name)}, outside {low} to {high}.",
            hint=f"Set {name} to a number from {low} to {high}, or leave it out.",
            id="trending.E091",
        )
        for name, (low, high) in _NUMBERS.items()
        if not low <= getattr(settings, name) <= high
    ]


@register("trending", deploy=True)
def check_lookups(**_kwargs: object) -> list[CheckMessage]:
    """W069: what readers name and is not here is looked up nowhere, although there are sources."""
    if not settings.SOURCES or ("arxiv" in settings.SOURCES and settings.SEED_LOOKUPS_PER_HOUR):
        return []
    return [
        Warning(
            "Papers that readers name because they like them are not looked up at arXiv.",
            hint="Add arxiv to SOURCES, and leave SEED_LOOKUPS_PER_HOUR out: else readers can only "
            "name papers that are here.",
            id="trending.W069",
        )
    ]


@register("trending")
def check_unconfirmed_days(**_kwargs: object) -> list[CheckMessage]:
    """W066: a sign-up must not be deleted while the link in its mail works."""
    if settings.UNCONFIRMED_DAYS >= settings.CONFIRM_DAYS:
        return []
    return [
        Warning(
            "UNCONFIRMED_DAYS is less than CONFIRM_DAYS, which holds instead.",
            hint="Raise it: a sign-up is kept for as long as the link in its mail works.",
            id="trending.W066",
        )
    ]
