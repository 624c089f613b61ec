"""The page about privacy: what is stored, for how long, and whom to ask. Read from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from limits import RateLimitItem, parse

from newsletter.editions.windows import WINDOW_OF
from papers.windows import DAYS
from subscribers.consent import KEPT_BITS
from subscribers.pages.feedback.remembered import AGE


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """`network_bits`, `network_bits_6`: how much of an address a consent entry keeps.

    `counter_minutes`: for how long the counters of requests hold a network.
    """

    confirm_days: int
    unconfirmed_days: int
    ledger_days: int
    event_days: int
    inbound_days: int  # 0: no mail is received here
    network_bits: int
    network_bits_6: int
    counter_minutes: int
    seen_days: int
    browser_days: int
    contact_email: str
    postal_address: str


def privacy_page() -> PrivacyPage:
    return PrivacyPage(
        confirm_days=settings.CONFIRM_DAYS,
        unconfirmed_days=max(settings.UNCONFIRMED_DAYS, settings.CONFIRM_DAYS),
        ledger_days=settings.LEDGER_RETENTION_DAYS,
        event_days=settings.EVENT_RETENTION_DAYS,
        inbound_days=settings.INBOUND_DAYS if settings.INBOUND_ADDRESS else 0,
        network_bits=KEPT_BITS[4],
        network_bits_6=KEPT_BITS[6],
        counter_minutes=_longest_minutes(settings.SIGN_UP_RATE, settings.API_RATE),
        seen_days=max(DAYS[window] for window in WINDOW_OF.values()),
        browser_days=AGE.days,
        contact_email=settings.CONTACT_EMAIL,
        postal_address=settings.POSTAL_ADDRESS,
    )


def _longest_minutes(*rates: str) -> int:
    """The longest time that a counter of one of these rates is kept.

    A counter slides over two windows of its rate, and Redis drops it after both.
    """
    return max(-(-2 * _seconds(parse(rate)) // 60) for rate in rates)


def _seconds(rate: RateLimitItem) -> int:
    return int(rate.get_expiry())
