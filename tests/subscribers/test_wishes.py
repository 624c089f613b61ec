"""Preferences as a value: there and back, and what differs."""

from __future__ import annotations

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from subscribers import wishes
from subscribers.models import Interest
from subscribers.wishes import Preferences
from tests.factories import make_subscriber, make_topic

FULL = Preferences(
    cadence="daily",
    weekday=2,
    hour=6,
    timezone="Asia/Kolkata",
    digest_size=5,
    topics=frozenset({"robotics", "agents"}),
    keywords=("diffusion",),
    authors=("Ada Lovelace",),
    muted=("crypto", "survey"),
)


def test_a_draft_comes_back_from_json_as_it_went() -> None:
    assert wishes.from_json(json.loads(json.dumps(FULL.as_json()))) == FULL


def test_half_a_draft_leaves_the_rest_at_the_defaults() -> None:
    assert wishes.from_json({"timezone": "Asia/Kolkata"}) == Preferences(timezone="Asia/Kolkata")


def test_a_draft_of_an_older_version_is_read_as_far_as_it_goes() -> None:
    assert wishes.from_json({"colour": "blue", "hour": 6}) == Preferences(hour=6)


def test_only_what_differs_is_named() -> None:
    other = Preferences(hour=9, topics=frozenset({"video"}))
    assert Preferences().differences(other) == {"hour": [8, 9], "topics": [[], ["video"]]}
    assert FULL.differences(FULL) == {}


@pytest.mark.django_db
def test_a_reader_s_preferences_are_read_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader = make_subscriber(cadence="daily", hour=6)
    shown = make_topic("My robotics", slug="my-robotics")
    hidden = make_topic("Old", slug="old", is_active=False)
    for topic in (shown, hidden):
        Interest.objects.create(subscriber=reader, topic=topic)
    Interest.objects.create(subscriber=reader, kind=Interest.Kind.MUTED, term="survey")
    with django_assert_num_queries(1):
        found = wishes.of_reader(reader)
    assert found == Preferences(
        cadence="daily", hour=6, topics=frozenset({"my-robotics"}), muted=("survey",)
    )
