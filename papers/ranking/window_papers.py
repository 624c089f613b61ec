"""The papers that take part in a window."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from papers.models import Listing, Paper
from papers.windows import Window, first_day


def window_papers(window: Window, day: date) -> QuerySet[Paper]:
    """The papers on the lists of the window that ends with `day`, without withdrawn ones.

    A paper that no list shows takes part in the window of its announcement.
    """
    return papers_of_days(first_day(window, day), day)


def papers_of_days(first: date, last: date) -> QuerySet[Paper]:
    """The same for the days from `first` to `last`.

    Both parts of the union are ranges of an index, paper_newest and listing_of_day; with an "or"
    PostgreSQL would read all papers.
    """
    first_days = Paper.objects.filter(listed_on__range=(first, last)).order_by().values("pk")
    listed = Listing.objects.filter(day__range=(first, last)).order_by().values("paper")
    return Paper.listed.filter(pk__in=first_days.union(listed))
