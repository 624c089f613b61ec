"""Fewer mails in one press, by the link of a digest: weekly, monthly, or a pause of a month.

The link's token is the one that unsubscribes; each of these does less than it allows. GET shows one
button, because mail scanners follow links.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from subscribers.account.frequency import less_often, set_cadence
from subscribers.account.pause import pause
from subscribers.consent import RequestOrigin
from subscribers.models import Subscriber

PAUSE: Final = "pause"
_PAUSE_DAYS: Final = 30
_LESS: Final = "less"  # the next rarer cadence, whichever it is
_NAMED: Final = (Subscriber.Cadence.WEEKLY.value, Subscriber.Cadence.MONTHLY.value, PAUSE)
# The query of a link in a mail, and of the button behind it.
WANTED: Final = {f"fewer={one}": one for one in _NAMED}
ACTIONS: Final = {f"by={one}": one for one in (*_NAMED, _LESS)}


def rarer_cadences(cadence: str) -> Sequence[str]:
    """The cadences with fewer mails than this one, the next one first."""
    found: list[str] = []
    while rarer := less_often(found[-1] if found else cadence):
        found.append(rarer)
    return found


def buttons(subscriber: Subscriber) -> dict[str, Any]:
    """What the page to unsubscribe offers an active reader beside that."""
    rarer = less_often(subscriber.cadence) or ""
    offered = {"pause_action": f"?by={PAUSE}", "rarer": rarer}
    return offered | ({"less_action": f"?by={_LESS}"} if rarer else {})


def one_button(subscriber: Subscriber, wanted: str) -> dict[str, Any]:
    """What the page of a link to fewer mails shows; `action` is empty where it changes nothing."""
    is_rarer = wanted == PAUSE or wanted in rarer_cadences(subscriber.cadence)
    return {"wanted": wanted, "action": f"?by={wanted}" if is_rarer else ""}


def send_fewer(
    subscriber: Subscriber, wanted: str, origin: RequestOrigin, now: datetime
) -> dict[str, Any]:
    """Do what a button says. Returns what became so: `paused_until`, or the cadence as `rarer`.

    It never means more mails: a longer pause stays as it is, and so does a rarer cadence.
    """
    if wanted == PAUSE:
        until = now.astimezone(ZoneInfo(subscriber.zone)).date() + timedelta(days=_PAUSE_DAYS)
        pause(subscriber, max(until, subscriber.paused_until or until), origin, now)
        return {"paused_until": subscriber.paused_until}
    rarer = (less_often(subscriber.cadence) or "") if wanted == _LESS else wanted
    if rarer not in rarer_cadences(subscriber.cadence):
        return {}
    set_cadence(subscriber, rarer, origin, now)
    return {"rarer": rarer if subscriber.cadence == rarer else ""}
