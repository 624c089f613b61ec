"""The figures of what readers said lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from subscribers.feedback.lately import feedback_figures
from subscribers.models import Feedback
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def test_each_kind_is_counted_for_a_week() -> None:
    ada, bob, paper, before = make_subscriber(), make_subscriber(), make_paper(), make_paper()
    for reader in (ada, bob):
        Feedback.objects.create(subscriber=reader, paper=paper, kind="more", at=NOON)
    Feedback.objects.create(subscriber=ada, paper=paper, kind="save", at=NOON)
    long_ago = NOON - timedelta(days=7, seconds=1)
    Feedback.objects.create(subscriber=ada, paper=before, kind="less", at=long_ago)
    assert [(label, count) for label, count, _url in feedback_figures(NOON)] == [
        ("named as liked", 0),
        ("saved", 1),
        ("more like this", 2),
        ("less like this", 0),
        ("upvoted", 0),
    ]


def test_a_figure_leads_to_the_rows_that_it_counts(admin_client: Client) -> None:
    ada, wanted, old = make_subscriber(), make_paper("Wanted this week"), make_paper("Old")
    Feedback.objects.create(subscriber=ada, paper=wanted, kind="more", at=NOON)
    long_ago = NOON - timedelta(days=8)
    Feedback.objects.create(subscriber=ada, paper=old, kind="more", at=long_ago)
    Feedback.objects.create(subscriber=ada, paper=make_paper("Kept"), kind="save", at=NOON)
    [url] = [url for label, _count, url in feedback_figures(NOON) if label == "more like this"]
    page = admin_client.get(url).content.decode()
    assert wanted.title in page
    assert old.title not in page
    assert "Kept" not in page
