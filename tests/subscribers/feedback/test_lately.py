"""The figures of what readers said lately."""

from __future__ import annotations

from datetime import timedelta

import pytest

from subscribers.feedback.lately import counts_since
from subscribers.models import Feedback
from tests.factories import NOON, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def test_each_kind_is_counted_since_a_moment() -> None:
    ada, bob, paper, before = make_subscriber(), make_subscriber(), make_paper(), make_paper()
    for reader in (ada, bob):
        Feedback.objects.create(subscriber=reader, paper=paper, kind="more", at=NOON)
    Feedback.objects.create(subscriber=ada, paper=paper, kind="save", at=NOON)
    long_ago = NOON - timedelta(seconds=1)
    Feedback.objects.create(subscriber=ada, paper=before, kind="less", at=long_ago)
    assert counts_since(NOON) == {"seed": 0, "save": 1, "more": 2, "less": 0, "upvote": 0}
