"""The boxes of the topics in their families."""

from __future__ import annotations

import pytest
from django.utils import timezone

from papers.models import Topic, Trend
from subscribers.pages.forms import ChoicesForm
from subscribers.preferences import Preferences
from subscribers.templatetags.topic_families import topic_families
from tests.factories import DAY, make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db


def families() -> list[tuple[str, list[str], list[str]]]:
    form = ChoicesForm(start=Preferences())
    return [
        (name, [box.choice_label for box in boxes], examples)
        for name, boxes, examples in topic_families(form)
    ]


def test_topics_stand_in_their_families_and_the_others_last() -> None:
    Topic.objects.all().delete()
    make_topic("Odd one", position=0)
    make_topic("Robots", family="systems", position=1)
    agents = make_topic("Agents", family="language", position=3)
    make_topic("Speech", family="language", position=2)
    paper = make_paper("An example")
    make_paper_topic(paper, agents)
    Trend.objects.create(
        paper=paper, value=1, day=DAY, window="week", components={}, scored_at=timezone.now()
    )
    assert families() == [
        ("Language and agents", ["Speech", "Agents"], ["An example"]),
        ("Robots, systems and data", ["Robots"], []),
        ("", ["Odd one"], []),
    ]


def test_the_seeded_topics_have_five_families() -> None:
    assert [name for name, _, _ in families()] == [
        "Language and agents",
        "Images, video and sound",
        "Learning methods",
        "Robots, systems and data",
        "Science and society",
    ]
    shown = [name for _, boxes, _ in families() for name in boxes]
    assert sorted(shown) == sorted(Topic.objects.values_list("name", flat=True))
