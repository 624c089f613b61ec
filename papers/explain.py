"""Explain a trend: its components as short phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Component = Mapping[str, Any]
Phrase = Callable[[Component], str]


def explain(components: Mapping[str, Any]) -> list[str]:
    """The reasons for a score, the one with most points first.

    Args:
        components: those of a `Trend`, or of a candidate of a frozen edition.

    Returns phrases such as "▲ 84 upvotes, 31 of them within a day"; empty without any signal.
    The day is the last one of the window, which may be long ago. Only what adds points is a
    reason: a signal at zero is left out, and so is a place in a listing that lowers the trend.
    So are components that an older or a newer formula may have stored.
    """
    found = [_reason(kind, components.get(kind)) for kind in _PHRASES]
    known = [reason for reason in found if reason and reason[0] > 0]
    known.sort(key=lambda found: -found[0])
    reasons = [*(phrase for _, phrase in known), _first_place(components)]
    return [reason for reason in reasons if reason]


def _reason(kind: str, component: Any) -> tuple[float, str] | None:
    """The points of a component and its phrase; None when it is not in the form of today."""
    try:
        return float(component["points"]), _PHRASES[kind](component)
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return None


def _upvotes(one: Component) -> str:
    """The gain is given only where it differs from the total: no figure stands twice."""
    value, gain = round(one["value"]), round(one["gain"])
    if value <= 0:
        return ""
    total = f"▲ {_count(value, 'upvote', 'upvotes')}"
    if gain >= value:
        return f"{total}, all within a day"
    return f"{total}, {_number(gain)} of them within a day" if gain > 0 else total


def _stars(one: Component) -> str:
    """The gain comes first, because only it counts: a famous repository alone has no points."""
    gain, value = round(one["window_gain"]), round(one["value"])
    if gain <= 0:
        return ""
    if gain >= value:
        return f"★ {_count(gain, 'star', 'stars')}, all of them new"
    return f"★ {_count(gain, 'more star', 'more stars')}, {_number(value)} in all"


def _position(one: Component) -> str:
    return f"number {_number(one['value'])} of its listing"


def _counted(singular: str, plural: str) -> Phrase:
    def phrase(one: Component) -> str:
        return _count(one["value"], singular, plural) if round(one["value"]) > 0 else ""

    return phrase


def _first_place(components: Mapping[str, Any]) -> str:
    if "first_place" not in components:
        return ""
    return "first because two signals speak for it, and only one for the paper below"


def _count(value: float, singular: str, plural: str) -> str:
    return f"{_number(value)} {singular if round(value) == 1 else plural}"


def _number(value: float) -> str:
    return f"{round(value):,}"


_PHRASES: Final[dict[str, Phrase]] = {
    "upvotes": _upvotes,
    "stars": _stars,
    "comments": _counted("comment", "comments"),
    "votes": _counted("vote by our readers", "votes by our readers"),
    "artefacts": _counted("linked model, dataset or space", "linked models, datasets and spaces"),
    "citations": _counted("citation", "citations"),
    "clicks": _counted("click in our digests", "clicks in our digests"),
    "position": _position,
}
