"""Say in words why a paper trends: what each signal gave to its trend, strongest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.humanize.templatetags.humanize import intcomma, ordinal

from papers.models import Signal
from papers.windows import Window

Kind = Signal.Kind
_LEAST: Final = 0.005  # shown with two digits, less would read 0.00
_WORDS: Final[dict[str, tuple[str, str]]] = {
    Kind.UPVOTES: ("upvote", "upvotes"),
    Kind.STARS: ("star", "stars"),
    Kind.COMMENTS: ("comment", "comments"),
    Kind.VOTES: ("vote of our readers", "votes of our readers"),
    Kind.CLICKS: ("click in our digests", "clicks in our digests"),
    Kind.CITATIONS: ("citation", "citations"),
    Kind.ARTEFACTS: ("linked model, dataset or space", "linked models, datasets and spaces"),
    Kind.POSITION: ("place", "places"),
}
_SPANS: Final[dict[Window, str]] = {
    "day": "in the last day",
    "week": "in seven days",
    "month": "in thirty days",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal in words, and the points it gave to the trend; points may be below zero."""

    words: str
    points: float


def explain(components: Mapping[str, Any], window: Window) -> list[Reason]:
    """The reasons behind a trend, from the components stored with it.

    Signals that gave nothing are left out; unknown components (of an older or a newer
    formula) too, so that an old trend can always be shown.
    """
    reasons = [
        Reason(words, component["points"])
        for kind, component in components.items()
        if kind in _WORDS
        and abs(component["points"]) >= _LEAST
        and (words := _said(kind, component, window))
    ]
    return sorted(reasons, key=lambda reason: -reason.points)


def is_held_first(components: Mapping[str, Any]) -> bool:
    """Whether it stands above a stronger paper because more than one signal speaks for it."""
    return "first_place" in components


def _said(kind: str, component: Mapping[str, Any], window: Window) -> str:
    value = component.get("value")
    if value is None:
        return ""
    if kind == Kind.POSITION:
        return f"{ordinal(round(value))} in its list"
    gain = round(component.get("window_gain") or 0)
    said = f"{intcomma(round(value))} {_WORDS[kind][value != 1]}"
    return f"{said}, {intcomma(gain)} of them {_SPANS[window]}" if 0 < gain < value else said
