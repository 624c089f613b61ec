"""Why a paper is in a digest, in one line: "Speech & audio · ▲ 84 since Friday · 1.2k ★"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from newsletter.editions.personalize import Pick
from newsletter.failures import Reason
from papers.text.shorten import shortened
from papers.wording import short_figure, topic_text

_LONGEST_PART: Final = 120  # letters of what a reader follows, of a topic
NOT_RENDERED: Final = Reason.NOT_RENDERED.value


def why(pick: Pick, facts: Mapping[str, Any], topic_names: Mapping[str, str]) -> str:
    """The reason for a pick in words of the active language, then the figures behind its trend.

    Args:
        facts: a `Candidate.facts`, with the words of that language.
        topic_names: slug → the name that the topic has today.
    """
    parts = [_lead(pick, topic_names), _late(facts), *_figures(facts)]
    text = " · ".join(shortened(part, _LONGEST_PART) for part in parts if part)
    return text or _("Trending now")


def _lead(pick: Pick, topic_names: Mapping[str, str]) -> str:
    if pick.author:
        return _("By %(author)s, whom you follow") % {"author": pick.author}
    if pick.keyword:
        return _("Mentions “%(term)s”") % {"term": pick.keyword}
    return topic_text(topic_names.get(pick.topic, pick.topic))


def _late(facts: Mapping[str, Any]) -> str:
    """That the paper missed the edition of its day. Editions frozen earlier lack the key."""
    day = facts.get("late")
    return _("late, from the list of %(day)s") % {"day": day} if day else ""


def _figures(facts: Mapping[str, Any]) -> list[str]:
    figures = []
    if facts["upvotes_window_gain"]:
        figures.append(f"▲ {short_figure(facts['upvotes_window_gain'])} {facts['since']}")
    elif facts["position"]:
        figures.append(_("number %(number)s of its list") % {"number": facts["position"]})
    if facts["stars"]:
        figures.append(f"{short_figure(facts['stars'])} ★")
    return figures


def skipped(new_papers: int, follows_all: bool) -> str:
    """Why a recipient gets no digest this time, as the delivery stores it."""
    where = "in this edition" if follows_all else "in your topics"
    if not new_papers:
        return f"no new papers {where}"
    return f"only {new_papers} new paper{'s' if new_papers > 1 else ''} {where}"
