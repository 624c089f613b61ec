"""Why a paper is in a digest, in one line: "You follow Speech & audio · 84 votes this week"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from newsletter.editions.personalize import Pick
from newsletter.failures import Reason
from papers.text.shorten import shortened
from papers.text.tex import unicode_math
from papers.wording import short_figure, topic_text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_LONGEST_PART: Final = 120  # letters of what a reader follows, of a topic
_LONGEST_TITLE: Final = 60
NOT_RENDERED: Final = Reason.NOT_RENDERED.value

# By the letter of LIKED_KINDS (subscribers/models/feedback.py).
_LIKE: Final[Mapping[str, _StrPromise]] = {
    "v": gettext_lazy("Like “%(title)s”, which you saved"),
    "m": gettext_lazy("Like “%(title)s”, of which you want more"),
    "u": gettext_lazy("Like “%(title)s”, which you upvoted"),
    "s": gettext_lazy("Like “%(title)s”, which you named"),
    "": gettext_lazy("Like “%(title)s”, which you liked"),
}


def why(
    pick: Pick, facts: Mapping[str, Any], topic_names: Mapping[str, str], liked_title: str = ""
) -> str:
    """The reason for a pick in words of the active language, then the figures behind its trend.

    No figure that stands in the line of facts above it is said again. Empty where nothing is left
    to say: a line that says the same of each paper, as "Trending now", is noise.

    Args:
        facts: a `Candidate.facts`, with the words of that language.
        topic_names: slug → the name that the topic has today.
        liked_title: the title of `pick.like`; empty: it is not named.
    """
    parts = [_lead(pick, topic_names, liked_title), _late(facts), _votes(facts)]
    stars = _stars(facts) if any(parts) else _stars_alone(facts)
    return " · ".join(shortened(part, _LONGEST_PART) for part in [*parts, stars] if part)


def _lead(pick: Pick, topic_names: Mapping[str, str], liked_title: str) -> str:
    if pick.explored:
        return _("Outside of what you usually like")
    if pick.author:
        return _("By %(author)s, whom you follow") % {"author": pick.author}
    if pick.keyword:
        return _("Mentions “%(term)s”, which you follow") % {"term": pick.keyword}
    if pick.like is not None and liked_title:
        title = shortened(unicode_math(liked_title), _LONGEST_TITLE)
        return str(_LIKE.get(pick.liked_as, _LIKE[""])) % {"title": title}
    if pick.topic:
        name = topic_text(topic_names.get(pick.topic, pick.topic))
        return _("You follow %(topic)s") % {"topic": name}
    return ""


def _late(facts: Mapping[str, Any]) -> str:
    """That the paper missed the edition of its day. Editions frozen earlier lack the key."""
    day = facts.get("late")
    return _("late, from the list of %(day)s") % {"day": day} if day else ""


def _votes(facts: Mapping[str, Any]) -> str:
    gain = facts["upvotes_window_gain"]
    if gain and short_figure(gain) not in _said_above(facts):
        words = ngettext("%(votes)s vote %(when)s", "%(votes)s votes %(when)s", gain)
        return words % {"votes": short_figure(gain), "when": facts["since"]}
    if facts["position"]:
        return _("number %(number)s of its list") % {"number": facts["position"]}
    return ""


def _stars(facts: Mapping[str, Any]) -> str:
    return f"{short_figure(facts['stars'])} ★" if facts["stars"] else ""


def _stars_alone(facts: Mapping[str, Any]) -> str:
    """The same as a sentence: a bare figure is no reason."""
    stars = facts["stars"]
    if not stars:
        return ""
    words = ngettext("Its code has %(stars)s star", "Its code has %(stars)s stars", stars)
    return words % {"stars": short_figure(stars)}


def _said_above(facts: Mapping[str, Any]) -> set[str]:
    """The votes in the line of facts of the paper (newsletter/editions/rendering/fragments.py)."""
    votes = (facts.get("upvotes"), facts.get("upvotes_gain"))
    return {short_figure(one) for one in votes if one}


def skipped(new_papers: int, follows_all: bool) -> str:
    """Why a recipient gets no digest this time, as the delivery stores it."""
    where = "in this edition" if follows_all else "in your topics"
    if not new_papers:
        return f"no new papers {where}"
    return f"only {new_papers} new paper{'s' if new_papers > 1 else ''} {where}"
