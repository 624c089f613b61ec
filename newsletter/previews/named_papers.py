"""What papers that a new reader names, but that are not stored yet, say of their taste."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from newsletter.editions.profile import Profile, day_number
from papers.models import Paper
from subscribers.feedback.profile import NEWEST


def profile_of_named(papers: Iterable[Paper], today: date) -> Profile | None:
    """The profile as it will be once these papers are seeds; None when none of them counts.

    As `subscribers/feedback/profile.py` computes it: the newest ones, without withdrawn ones.
    """
    counted = [paper for paper in papers if not paper.is_withdrawn]
    counted.sort(key=lambda one: (one.published_on or date.min, one.pk), reverse=True)
    day = day_number(today)
    newest = tuple((paper.pk, day) for paper in counted[:NEWEST])
    return Profile(liked=newest, liked_kinds="s" * len(newest)) if newest else None
