"""How often one network may sign addresses up."""

from __future__ import annotations

from django.conf import settings

from web.rate_limit import hit


def allows(ip: str) -> bool:
    """Count one sign-up from `ip`; False when there were too many (SIGN_UP_RATE).

    Without Redis everybody may: the limit per address, which the database keeps, still holds.
    """
    quota = hit("sign-up", settings.SIGN_UP_RATE, ip)
    return quota is None or quota.is_kept
