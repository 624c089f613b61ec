"""The headings that earlier editions gave to the subjects of their digests."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from newsletter.models import Candidate, Edition

# Of each cadence: who was skipped, paused or has changed the cadence got none of the newest ones.
_EDITIONS: Final = 8


def earlier_headings(edition: Edition) -> dict[str, set[int]]:
    """The headings in the editions before this one, each with the ids of the papers that had it.

    One query, some ten milliseconds. A paper is in a daily, a weekly and a monthly edition, and no
    reader gets it twice: so its own heading is free for it.
    """
    place = Window(RowNumber(), partition_by=F("cadence"), order_by=F("day").desc())
    before = Edition.objects.filter(state=Edition.State.FROZEN, day__lt=edition.day)
    newest = before.annotate(place=place).filter(place__lte=_EDITIONS).order_by().values("pk")
    found = Candidate.objects.filter(edition__in=newest, facts__has_key="heading").order_by()
    headings = defaultdict[str, set[int]](set)
    for heading, paper in found.values_list("facts__heading", "paper"):
        headings[heading].add(paper)
    return dict(headings)
