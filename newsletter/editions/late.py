"""The late papers of an edition: what came after the edition of its day was frozen.

A source was down at the close, or the service was. An edition is never changed after its freeze, so
these papers go into the next one that a subscriber of the cadence gets: the edition one window
later. Its candidates name the day of their list.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from newsletter.editions.windows import WINDOW_OF, first_day_of
from newsletter.models import Edition
from papers.models import Listing, Paper
from papers.ranking.window_papers import window_papers

LATE_DAYS: Final = 7  # older papers are no news


def late_papers(edition: Edition) -> dict[int, date]:
    """The late papers of an edition that is being composed, each with the last day of its lists.

    Empty when no earlier edition of the cadence is frozen: then nothing was missed.
    """
    until = first_day_of(edition) - timedelta(days=1)
    since = until - timedelta(days=LATE_DAYS - 1)
    previous = _previous(edition, since, until)
    if previous is None:
        return {}
    listings = Listing.objects.filter(_was_missed("day", "read_at", since, until, previous))
    announced = Paper.objects.filter(_was_missed("listed_on", "listed_at", since, until, previous))
    days = dict(announced.order_by().values_list("pk", "listed_on"))
    days |= dict(listings.order_by("day").values_list("paper", "day"))
    return {pk: days[pk] for pk in _others(edition, list(days))}


def _previous(edition: Edition, since: date, until: date) -> Edition | None:
    """The frozen edition that the subscribers of this one got before it, if it is recent."""
    frozen = Edition.objects.light().filter(
        cadence=edition.cadence, state=Edition.State.FROZEN, composed_at__isnull=False
    )
    return frozen.filter(day__range=(since, until)).order_by("-day").first()


def _was_missed(day: str, read_at: str, since: date, until: date, previous: Edition) -> Q:
    """Papers of these days that were read after the freeze, or of a day without an edition."""
    is_late = Q(**{f"{read_at}__gt": previous.composed_at}) | Q(**{f"{day}__gt": previous.day})
    return Q(**{f"{day}__range": (since, until)}) & is_late


def _others(edition: Edition, paper_ids: list[int]) -> QuerySet[Paper, int]:
    """Those that are not on the lists of the edition's own window, without withdrawn ones."""
    own = window_papers(WINDOW_OF[edition.cadence], edition.day).order_by().values("pk")
    found = Paper.listed.filter(pk__in=paper_ids).exclude(pk__in=own)
    return found.order_by("pk").values_list("pk", flat=True)
