"""What all pages of subscribers have in common."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_subscriber
from tests.subscribers.page_text import confirm_path, preferences_path, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(visitor: Client, method: str) -> None:
    subscriber = make_subscriber()
    for path in ("/subscribe/", confirm_path(subscriber), preferences_path(subscriber)):
        assert getattr(visitor, method)(path).status_code == 405


def test_no_page_behind_a_link_is_cached_or_sets_a_cookie(visitor: Client) -> None:
    subscriber = make_subscriber()
    for path in (
        preferences_path(subscriber),
        confirm_path(subscriber),
        f"{preferences_path(subscriber)}unsubscribe/",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in text_of(answer)
        assert answer["Referrer-Policy"] == "same-origin"
        assert not answer.cookies
