"""When digests come, in a sentence."""

from __future__ import annotations

from datetime import time
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy

from subscribers.models import Subscriber
from subscribers.preferences import Preferences
from web.time_zones import usable_zone

_SENTENCES: Final = {
    Subscriber.Cadence.DAILY.value: gettext_lazy("every day at %(time)s, %(zone)s time"),
    Subscriber.Cadence.WEEKLY.value: gettext_lazy("every %(weekday)s at %(time)s, %(zone)s time"),
    Subscriber.Cadence.MONTHLY.value: gettext_lazy(
        "the first %(weekday)s of each month at %(time)s, %(zone)s time"
    ),
}


def in_words(chosen: Preferences) -> str:
    """ "every Friday at 08:00, Europe/Berlin time"."""
    return str(_SENTENCES[chosen.cadence]) % {
        "weekday": WEEKDAYS[chosen.weekday],
        "time": time_format(time(chosen.hour)),
        "zone": usable_zone(chosen.timezone).replace("_", " "),
    }
