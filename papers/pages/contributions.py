"""How the points of a trend add up, signal by signal, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from papers.explain import explain
from papers.models import Signal

_SHOWN: Final = 0.05  # points; a page shows one digit, and 0.0 would say nothing


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one signal adds to a trend: what was read, and its points; below zero they lower it.

    `is_most`: it is more than half of all that is added.
    """

    reason: str
    points: float
    is_most: bool = False


def contributions(components: Mapping[str, Any]) -> list[Contribution]:
    """The contributions in a trend, most points first; a reason without points of its own is last.

    A signal without a phrase (no vote yet) adds nothing that a reader can see and is left out.
    """
    points = {
        str(kind): float(components[kind]["points"]) for kind in Signal.Kind if kind in components
    }
    added = sum(one for one in points.values() if one > 0)
    found = [
        Contribution(reason, points[kind], points[kind] > added / 2)
        for kind in points
        if abs(points[kind]) >= _SHOWN
        for reason in explain({kind: components[kind]})
    ]
    return [*sorted(found, key=lambda one: -one.points), *_without_points(components, points)]


def _without_points(
    components: Mapping[str, Any], points: Mapping[str, float]
) -> Sequence[Contribution]:
    others = {name: value for name, value in components.items() if name not in points}
    return [Contribution(reason, 0.0) for reason in explain(others)]
