"""Papers that a new reader names count in the preview of their digest."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from newsletter.editions.profile import Profile, day_number
from newsletter.previews.named_papers import profile_of_named
from subscribers.feedback.profile import NEWEST
from subscribers.feedback.seed import add_seeds
from subscribers.models import ReaderProfile
from tests.factories import DAY, NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def test_it_is_the_profile_that_the_same_papers_make_as_seeds() -> None:
    papers = [make_paper(published_on=DAY - timedelta(days=one % 7)) for one in range(NEWEST + 3)]
    papers += [make_paper(published_on=None), make_paper(is_withdrawn=True)]
    add_seeds(make_subscriber(), papers, NOON)
    stored, found = ReaderProfile.objects.get(), profile_of_named(papers, NOON.date())
    assert found
    assert [paper for paper, _ in found.liked] == stored.liked
    assert [day for _, day in found.liked] == stored.liked_days
    assert found.liked_kinds == stored.liked_kinds


def test_without_a_paper_that_counts_there_is_none() -> None:
    assert profile_of_named([], DAY) is None
    assert profile_of_named([make_paper(is_withdrawn=True)], DAY) is None


def test_one_paper_is_liked_today() -> None:
    paper, today = make_paper(), date(2026, 11, 30)
    expected = Profile(liked=((paper.pk, day_number(today)),), liked_kinds="s")
    assert profile_of_named([paper], today) == expected
