"""Explain a trend: its components as short phrases, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Component = Mapping[str, Any]
Phrase = Callable[[Component], str]


def explain(components: Mapping[str, Any]) -> list[str]:
    """The reasons for a score, the one with most points first.

    Args:
        components: those of a `Trend`, or of a candidate of a frozen edition.

    Returns phrases such as "▲ 84 votes, 31 of them within a day"; empty without any signal.
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
    if gain <= 0:
        words = ngettext("▲ %(number)s vote", "▲ %(number)s votes", value)
    elif gain >= value:
        words = ngettext(
            "▲ %(number)s vote, within a day", "▲ %(number)s votes, all within a day", value
        )
    else:
        words = ngettext(
            "▲ %(number)s vote, %(gain)s of them within a day",
            "▲ %(number)s votes, %(gain)s of them within a day",
            value,
        )
    return words % {"number": _number(value), "gain": _number(gain)}


def _stars(one: Component) -> str:
    """The gain comes first, because only it counts: a famous repository alone has no points."""
    gain, value = round(one["window_gain"]), round(one["value"])
    if gain <= 0:
        return ""
    if gain >= value:
        words = ngettext("★ %(gain)s star, a new one", "★ %(gain)s stars, all of them new", gain)
    else:
        words = ngettext(
            "★ %(gain)s more star, %(number)s in all",
            "★ %(gain)s more stars, %(number)s in all",
            gain,
        )
    return words % {"gain": _number(gain), "number": _number(value)}


def _position(one: Component) -> str:
    return _("number %(number)s of its list") % {"number": _number(one["value"])}


def _comments(one: Component) -> str:
    count = round(one["value"])
    return _counted(ngettext("%(number)s comment", "%(number)s comments", count), one)


def _votes(one: Component) -> str:
    count = round(one["value"])
    words = ngettext("liked by %(number)s reader here", "liked by %(number)s readers here", count)
    return _counted(words, one)


def _artefacts(one: Component) -> str:
    words = ngettext(
        "%(number)s linked model, dataset or space",
        "%(number)s linked models, datasets and spaces",
        round(one["value"]),
    )
    return _counted(words, one)


def _citations(one: Component) -> str:
    words = ngettext("%(number)s citation", "%(number)s citations", round(one["value"]))
    return _counted(words, one)


def _clicks(one: Component) -> str:
    words = ngettext(
        "%(number)s click in our digests",
        "%(number)s clicks in our digests",
        round(one["value"]),
    )
    return _counted(words, one)


def _counted(words: str, one: Component) -> str:
    return words % {"number": _number(one["value"])} if round(one["value"]) > 0 else ""


def _first_place(components: Mapping[str, Any]) -> str:
    if "first_place" not in components:
        return ""
    return _("first because two signals count for it, and only one for the paper below")


def _number(value: float) -> str:
    return number_format(round(value), force_grouping=True)


_PHRASES: Final[dict[str, Phrase]] = {
    "upvotes": _upvotes,
    "stars": _stars,
    "comments": _comments,
    "votes": _votes,
    "artefacts": _artefacts,
    "citations": _citations,
    "clicks": _clicks,
    "position": _position,
}
