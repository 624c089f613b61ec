"""When the digests of a subscriber come, as a sentence."""

from __future__ import annotations

from datetime import time

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from subscribers.models import Subscriber


def slot_in_words(cadence: str, weekday: int, hour: int) -> str:
    """`Every week on Friday at 08:00`, `On the first Friday of each month at 08:00`."""
    values = {"weekday": WEEKDAYS[weekday], "time": time_format(time(hour), "TIME_FORMAT")}
    if cadence == Subscriber.Cadence.DAILY:
        return _("Every day at %(time)s") % values
    if cadence == Subscriber.Cadence.MONTHLY:
        return _("On the first %(weekday)s of each month at %(time)s") % values
    return _("Every week on %(weekday)s at %(time)s") % values
