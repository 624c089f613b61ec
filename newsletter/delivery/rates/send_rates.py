"""The send rates of the settings: overall, by recipient domain or site, by day of a warm-up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from subscribers.addresses import ascii_domain

_OTHER_DOMAINS: Final = "*"


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A new sender's ramp: `start` messages on the first day, `growth` times as many each next.

    Mailbox providers distrust an address that sends much at once and was unknown yesterday.
    """

    since: date
    start: int
    growth: float
    cap: int

    def allowance(self, day: date) -> int | None:
        """Messages that may be sent on this day; None once the ramp has reached its cap."""
        days = max((day - self.since).days, 0)
        allowed = self.start * self.growth ** min(days, 365)
        return int(allowed) if allowed < self.cap else None


@dataclass(frozen=True, slots=True)
class SendRates:
    """Messages a second; 0 means no limit."""

    overall: float = 0.0
    domains: Mapping[str, float] = field(default_factory=dict)
    warm_up: WarmUp | None = None

    def of(self, domain: str, site: str) -> tuple[str, float]:
        """What shares a rate, the domain or its site, and the rate; 0: no limit.

        A domain with a rate of its own is paced by itself, any other with all domains of its site:
        at the site's rate, or at that of "*".
        """
        if domain in self.domains:
            return domain, self.domains[domain]
        return site, self.domains.get(site, self.domains.get(_OTHER_DOMAINS, 0.0))


def send_rates() -> SendRates:
    """SEND_RATE, DOMAIN_RATES and the WARM_UP settings, read and checked.

    Raises:
        ImproperlyConfigured: names the setting and what it must look like.
    """
    warm_up = None
    if settings.WARM_UP_FROM:
        warm_up = WarmUp(
            _day(settings.WARM_UP_FROM),
            settings.WARM_UP_START,
            settings.WARM_UP_GROWTH,
            settings.WARM_UP_CAP,
        )
    return SendRates(settings.SEND_RATE, domain_rates(tuple(settings.DOMAIN_RATES)), warm_up)


@lru_cache(maxsize=4)
def domain_rates(entries: tuple[str, ...]) -> dict[str, float]:
    """`("gmail.com=20", "*=50")` as a mapping."""
    rates = {}
    for entry in entries:
        domain, _, rate = entry.partition("=")
        try:
            rates[ascii_domain(domain)] = _rate(rate)
        except ValueError:
            raise ImproperlyConfigured(
                f"DOMAIN_RATES must look like gmail.com=20,*=50 (messages a second), not {entry!r}."
            ) from None
    return rates


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate < math.inf:  # false for NaN too
        raise ValueError
    return rate


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ImproperlyConfigured(
            f"WARM_UP_FROM must be a day such as 2026-11-23, not {text!r}."
        ) from None


def seconds_to_midnight(now: datetime) -> float:
    """The seconds until the next midnight, UTC."""
    moment = now.astimezone(UTC)
    return 86_400 - (moment.hour * 3600 + moment.minute * 60 + moment.second)
