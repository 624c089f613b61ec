"""Saved papers had a table of their own before they were feedback."""

from __future__ import annotations

import pytest

from subscribers.feedback.profile import refresh_profiles
from subscribers.feedback.save import saved_papers
from subscribers.models import Feedback, ReaderProfile
from tests.factories import NOON, make_paper, make_subscriber
from tests.schema import migrate_to, migrate_to_the_newest
from web.sql import execute, rows

pytestmark = pytest.mark.django_db


def test_saved_papers_become_feedback_and_can_go_back() -> None:
    ada, bob, paper, other = make_subscriber(), make_subscriber(), make_paper(), make_paper()
    Feedback.objects.create(subscriber=bob, paper=other, kind="more", at=NOON)
    migrate_to("subscribers", "0012_feedback")
    execute(
        "INSERT INTO subscribers_savedpaper (subscriber_id, paper_id, saved_at)"
        " VALUES (%(ada)s, %(paper)s, %(at)s)",
        ada=ada.pk,
        paper=paper.pk,
        at=NOON,
    )
    migrate_to_the_newest()
    saved = saved_papers(ada).get()
    assert (saved.paper, saved.at) == (paper, NOON)
    assert bob.feedback.get().kind == "more"
    assert refresh_profiles() == 2
    assert ReaderProfile.objects.get(subscriber=ada).liked == [paper.pk]
    migrate_to("subscribers", "0012_feedback")
    kept = rows("SELECT subscriber_id, paper_id, saved_at FROM subscribers_savedpaper")
    assert kept == [(ada.pk, paper.pk, NOON)]
    assert rows("SELECT kind FROM subscribers_feedback") == [("more",)]
    migrate_to_the_newest()
