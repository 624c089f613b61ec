"""Topics in their families, as pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext_lazy as _

from papers.models import Topic

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Family(Generic[T]):
    """A family and what a page shows of each of its topics. `name` is translated when shown."""

    name: str
    topics: Sequence[T]


def by_family(items: Iterable[T], topic_of: Callable[[T], Topic]) -> list[Family[T]]:
    """The items in the families of their topics, in the order of `Topic.Family`.

    Topics without a family, or of one that this version does not know, come last. A family
    without topics is left out; within a family the order stays.
    """
    found: dict[str, list[T]] = {family.value: [] for family in Topic.Family}
    others: list[T] = []
    for item in items:
        found.get(topic_of(item).family, others).append(item)
    families = [Family(str(family.label), found[family.value]) for family in Topic.Family]
    return [
        family for family in (*families, Family(str(_("Other topics")), others)) if family.topics
    ]
