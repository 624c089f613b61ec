"""`{% topic_families choices as families %}`: the boxes of the topics, in their families."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.forms.boundfield import BoundWidget

from papers.models import Topic
from papers.pages.examples import family_examples
from subscribers.pages.forms import ChoicesForm

register = template.Library()


class FamilyBoxes(NamedTuple):
    """A family with the boxes of its topics, and titles of papers; the last one has no name."""

    name: str
    boxes: list[BoundWidget]
    examples: list[str]


@register.simple_tag
def topic_families(choices: ChoicesForm) -> list[FamilyBoxes]:
    """The families that have a topic, in their order; topics without a family come last."""
    by_family: dict[str, list[BoundWidget]] = {}
    for box in choices["topics"]:
        family = choices.family_of.get(str(box.data["value"]), "")
        by_family.setdefault(family, []).append(box)
    examples = family_examples()
    named = [(family.value, str(family.label)) for family in Topic.Family]
    return [
        FamilyBoxes(name, by_family[family], examples.get(family, []))
        for family, name in [*named, ("", "")]
        if family in by_family
    ]
