"""The papers that take part in a window."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from papers.models import Paper
from papers.windows import Window, first_day


def window_papers(window: Window, day: date) -> QuerySet[Paper]:
    """The papers first listed in the window that ends with `day`, without withdrawn ones."""
    return Paper.listed.filter(listed_on__range=(first_day(window, day), day))
