"""The title of a list of papers, and how many it has, in words."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from papers.windows import Window

_TITLES: Final = {
    "day": gettext_lazy("Trending Papers, %(day)s"),
    "week": gettext_lazy("Trending Papers, the week to %(day)s"),
    "month": gettext_lazy("Trending Papers, the month to %(day)s"),
}
_OF_TOPIC: Final = {
    "day": gettext_lazy("%(topic)s, %(day)s · Trending Papers"),
    "week": gettext_lazy("%(topic)s, the week to %(day)s · Trending Papers"),
    "month": gettext_lazy("%(topic)s, the month to %(day)s · Trending Papers"),
}
_THIS_WEEK: Final = ngettext_lazy(
    "%(papers)d paper this week", "%(papers)d papers this week", "papers"
)
_COUNTS: Final = {
    "day": ngettext_lazy("%(papers)d paper on %(day)s", "%(papers)d papers on %(day)s", "papers"),
    "week": ngettext_lazy(
        "%(papers)d paper in the week to %(day)s",
        "%(papers)d papers in the week to %(day)s",
        "papers",
    ),
    "month": ngettext_lazy(
        "%(papers)d paper in the month to %(day)s",
        "%(papers)d papers in the month to %(day)s",
        "papers",
    ),
}
_NOTHING: Final = {
    "day": gettext_lazy("No paper was listed on %(weekday)s. Weekends and holidays are quiet."),
    "week": gettext_lazy("No paper was listed in the week to %(day)s."),
    "month": gettext_lazy("No paper was listed in the month to %(day)s."),
}
_NOTHING_OF_TOPIC: Final = {
    "day": gettext_lazy("No paper was listed under %(topic)s on %(day)s."),
    "week": gettext_lazy("No paper was listed under %(topic)s in the week to %(day)s."),
    "month": gettext_lazy("No paper was listed under %(topic)s in the month to %(day)s."),
}


def written_day(day: date) -> str:
    """`22 November 2026`, in the language of the page."""
    return date_format(day, _("j F Y"))


def list_title(window: Window, day: date, topic: str = "", number: int = 1) -> str:
    """The title of a page of a list, for the window of a browser and for search engines."""
    titles = _OF_TOPIC if topic else _TITLES
    title = str(titles[window]) % {"topic": topic, "day": written_day(day)}
    if number == 1:
        return title
    return _("%(title)s, page %(number)d") % {"title": title, "number": number}


def papers_in_words(papers: int, window: Window, day: date, *, is_newest: bool) -> str:
    """`12 papers this week`, `1 paper on 22 November 2026`.

    Args:
        is_newest: whether this is the newest list of its window.
    """
    if is_newest and window == "week":
        return str(_THIS_WEEK % {"papers": papers})
    return str(_COUNTS[window] % {"papers": papers, "day": written_day(day)})


def nothing_yet() -> str:
    """For a site without any paper."""
    return _(
        "There are no papers yet. As soon as a source is read, they appear here by themselves."
    )


def nothing_until_now(topic: str = "") -> str:
    """For an empty list whose last day is not over."""
    if not topic:
        return _("No paper is listed yet: the day is not over, and lists fill towards its end.")
    text = _(
        "No paper is listed under %(topic)s yet: the day is not over, "
        "and lists fill towards its end."
    )
    return text % {"topic": topic}


def nothing_listed(window: Window, day: date, topic: str = "") -> str:
    """For an empty list that is over."""
    texts = _NOTHING_OF_TOPIC if topic else _NOTHING
    weekday = date_format(day, _("l, j F Y"))
    return str(texts[window]) % {"topic": topic, "day": written_day(day), "weekday": weekday}
