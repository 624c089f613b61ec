"""Topics in their families."""

from __future__ import annotations

from papers.models import Topic
from papers.pages.families import by_family


def topic(name: str, family: str = "") -> Topic:
    return Topic(name=name, family=family)


def grouped(*topics: Topic) -> list[tuple[str, list[str]]]:
    families = by_family(topics, lambda one: one)
    return [(family.name, [one.name for one in family.topics]) for family in families]


def test_families_stand_in_their_order_and_topics_in_theirs() -> None:
    found = grouped(
        topic("Robotics", Topic.Family.SYSTEMS),
        topic("Video", Topic.Family.PERCEPTION),
        topic("Agents", Topic.Family.LANGUAGE),
        topic("Audio", Topic.Family.PERCEPTION),
    )
    assert found == [
        ("Language and agents", ["Agents"]),
        ("Images, video and sound", ["Video", "Audio"]),
        ("Robots, systems and data", ["Robotics"]),
    ]


def test_topics_without_a_family_or_of_an_unknown_one_come_last() -> None:
    found = grouped(topic("Origami"), topic("Old", "gone"), topic("Agents", Topic.Family.LANGUAGE))
    assert found == [("Language and agents", ["Agents"]), ("Other topics", ["Origami", "Old"])]


def test_without_topics_there_are_no_families() -> None:
    assert grouped() == []
