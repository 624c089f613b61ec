"""The window of an edition: its days, in words, and the page that shows its papers."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from newsletter.models import Edition
from papers.windows import Window, first_day

WINDOW_OF: Final[dict[str, Window]] = {"daily": "day", "weekly": "week", "monthly": "month"}


def first_day_of(edition: Edition) -> date:
    """The first day that an edition covers; the last one is `edition.day`."""
    return first_day(WINDOW_OF[edition.cadence], edition.day)


def days_in_words(edition: Edition) -> str:
    """The days of an edition, in the active language: "14 March 2025", "8 to 14 March 2025"."""
    first, last = first_day_of(edition), edition.day
    end = date_format(last, "DATE_FORMAT")
    if first == last:
        return end
    same_month = (first.year, first.month) == (last.year, last.month)
    start = date_format(first, "DAY_FORMAT" if same_month else "MONTH_DAY_FORMAT")
    return _("%(first)s to %(last)s") % {"first": start, "last": end}


def this_window(window: Window) -> str:
    """The days of a window, as a mail that is read soon after them says it behind a figure."""
    return {"day": _("in a day"), "week": _("this week"), "month": _("this month")}[window]


def that_window(window: Window) -> str:
    """The same as a page says it that may be read years later."""
    return {"day": _("that day"), "week": _("that week"), "month": _("that month")}[window]


def page_of(edition: Edition) -> str:
    """The path of the edition's own page, with its papers as they stood when it was frozen.

    Of an edition without such a page, which is cancelled or not frozen yet: the list of its days.
    """
    day = edition.day.isoformat()
    if edition.state == Edition.State.FROZEN and not edition.cancelled_at:
        return reverse("newsletter:edition", args=[edition.cadence, day])
    return reverse("papers:dated", args=[WINDOW_OF[edition.cadence], day])
