"""What the short form says beside the address, and what is left out of it without a word."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from papers.models import Topic
from subscribers.pages.short_form import draft_of
from tests.factories import make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def robots() -> Topic:
    return make_topic("My robots", slug="my-robots")


def draft(*fields: tuple[str, str]) -> dict[str, Any]:
    return draft_of(QueryDict(urlencode(fields)))


def test_a_topic_an_author_and_a_zone_become_the_draft() -> None:
    assert draft(("topic", "my-robots"), ("author", "Ada Li"), ("timezone", "Asia/Kolkata")) == {
        "topics": ["my-robots"],
        "authors": ["Ada Li"],
        "timezone": "Asia/Kolkata",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("topic", ""),
        ("topic", "no-such-topic"),
        ("topic", "my-robots\x00"),
        ("topic", "my-robots' OR 1=1"),
        ("topic", "x" * 5000),
        ("author", ""),
        ("author", "…"),
        ("author", "au:lecun"),
        ("author", "Ada\x00Li"),
        ("author", "Ada\u202eLi"),
        ("author", "A" * 81),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("cadence", "daily"),
    ],
)
def test_what_is_unknown_or_odd_is_left_out(name: str, value: str) -> None:
    assert draft((name, value), ("topic", "my-robots")) == {"topics": ["my-robots"]}


def test_a_topic_that_was_switched_off_is_left_out(robots: Topic) -> None:
    Topic.objects.filter(pk=robots.pk).update(is_active=False)
    assert draft(("topic", "my-robots")) == {}


def test_no_form_carries_more_than_twenty_of_each() -> None:
    fields = [("author", f"Ada Number{chr(97 + number)}") for number in range(25)]
    assert len(draft(*fields)["authors"]) == 20
    fields = [*[("topic", "none")] * 20, ("topic", "my-robots")]
    assert draft(*fields) == {}


def test_a_family_name_that_stands_first_stays_one_author() -> None:
    assert draft(("author", "LeCun, Yann")) == {"authors": ["LeCun, Yann"]}
