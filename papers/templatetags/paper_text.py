"""Filters and tags for templates that show a paper: `{% load paper_text %}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from papers import wording
from papers.explain import explain
from papers.lead import Lead, lead_of_text
from papers.lead import lead as lead_of
from papers.list_urls import FRONT_WINDOW, list_url
from papers.models import Curator, Paper, PaperTopic
from papers.text import mathml, tex
from papers.windows import Window

register = template.Library()

_DAY: Final = 10
_HEIGHT: Final = 18
_MARGIN: Final = 3  # the dot at the end stays inside


@register.filter
def unicode_math(text: str) -> str:
    r"""TeX in Unicode: `{{ paper.title|unicode_math }}`."""
    return tex.unicode_math(text)


@register.filter
def math_html(text: str) -> SafeString:
    r"""TeX as MathML, the rest as Unicode: `{{ paper.title|math_html }}`. Not for attributes."""
    return mathml.math_html(text)


@register.filter
def lead(paper: Paper | str) -> Lead:
    """What a paper does: `{% with told=paper|lead %}`, `{{ told.html }} {{ told.credit }}`.

    `{{ paper|lead }}` is its text, for attributes. Of an abstract alone: `{{ summary|lead }}`.
    """
    return lead_of_text(paper) if isinstance(paper, str) else lead_of(paper)


@register.filter
def lead_html(paper: Paper | str) -> SafeString:
    """The same as HTML with MathML: `{{ paper|lead_html }}`. Not for attributes."""
    return lead(paper).html


@register.filter
def author_line(names: Sequence[str]) -> str:
    """`A. Das, S. Kottur and 5 more`."""
    return wording.author_line(names)


@register.filter
def short_figure(number: float) -> str:
    """`1.2k`."""
    return wording.short_figure(number)


@register.filter
def signed(points: float) -> str:
    """`−0.08`."""
    return wording.signed(points)


@register.filter
def span(day: date, window: Window) -> str:
    """`{{ page.day|span:page.window }}` → `the week to 22 November 2026`."""
    return wording.span(window, day)


@register.filter
def source_name(source: str) -> str:
    """`Hugging Face`."""
    return wording.source_name(source)


@register.filter
def topic_text(text: str) -> str:
    """The name or the description of a topic in the language of the page."""
    return wording.topic_text(text)


@register.filter
def link_name(url: str) -> str:
    """`https://github.com/batra/visdial/` → `github.com/batra/visdial`."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/") or url


@register.simple_tag
def paper_lang() -> SafeString:
    """` lang="en"` on a page in another language: `<h1{% paper_lang %}>{{ paper.title }}</h1>`.

    Titles and abstracts are English. Without it a screen reader says them by the rules of the
    page's language, and a browser hyphenates them so.
    """
    language = get_language() or "en"
    return SafeString("" if language.startswith("en") else ' lang="en"')


# The items of a row are joined here: a loop of a template takes ten times as long.


@register.simple_tag
def topic_names(links: Sequence[PaperTopic], page_topic: int | str) -> SafeString:
    """The names of a paper's first three topics, but for that of the page: by its key, or ""."""
    shown = (link.topic.name for link in links[:3] if link.topic_id != page_topic)
    return _topic_names(tuple(shown), get_language())


@lru_cache(maxsize=2_000)  # papers have the same topics again and again
def _topic_names(names: Sequence[str], _language: str | None) -> SafeString:
    shown = ((wording.topic_text(name),) for name in names)
    return format_html_join(" ", '<span class="topic">{}</span>', shown)


@register.simple_tag
def topic_items(links: Sequence[PaperTopic]) -> SafeString:
    """Items of a list: links to the newest lists of a paper's first two topics."""
    shown = tuple((list_url(FRONT_WINDOW, None, one.topic), one.topic.name) for one in links[:2])
    return _topic_items(shown, get_language())


@lru_cache(maxsize=2_000)
def _topic_items(topics: Sequence[tuple[str, str]], _language: str | None) -> SafeString:
    shown = ((url, wording.topic_text(name)) for url, name in topics)
    return format_html_join("", '<li><a href="{}">{}</a></li>', shown)


@register.simple_tag
def reason_items(reasons: Sequence[str]) -> SafeString:
    """Items of a list, each with a capital letter first."""
    return format_html_join("", "<li>{}</li>", ((capfirst(reason),) for reason in reasons))


@register.filter
def reasons(components: Mapping[str, Any]) -> list[str]:
    """Why a paper trends: `{% for reason in ranked.components|reasons %}`."""
    return explain(components)


@register.simple_tag
def byline(curators: Sequence[Curator]) -> SafeString | str:
    """`by Ana Silva, Bo Li and the research community`, with links to those who have a page."""
    if not curators:
        return _("by the research community")
    link = '<a href="{}" rel="noopener">{}</a>'
    names = [format_html(link, one.url, one.name) if one.url else one.name for one in curators]
    joined = format_html_join(", ", "{}", ((name,) for name in names))
    return format_html(_("by {curators} and the research community"), curators=joined)


@register.simple_tag
def votes(facts: Mapping[str, Any], *, is_lead: bool = False) -> SafeString | str:
    """The votes of a paper, else its place in its list; empty if neither says anything.

    The gain of the last day is shown only if it differs from the total: `▲ 84 +24`, and
    `▲ 22` when all votes are of that day. The lead of a page has the word too: `▲ 84 votes +24`.
    """
    upvotes = facts["upvotes"] or 0
    if upvotes <= 0:
        return _place(facts["position"])
    total = _votes_in_words(upvotes)
    shown = total if is_lead else wording.short_figure(upvotes)
    gain = facts["upvotes_gain"]
    more = _gain(gain) if 0 < gain < upvotes else ""
    return format_html(
        '<span class="votes"><span aria-hidden="true">▲ {}</span>'
        '<span class="visually-hidden">{}</span>{}</span>',
        *(shown, total, more),
    )


def _votes_in_words(upvotes: int) -> str:
    text = ngettext("%(votes)s vote", "%(votes)s votes", upvotes)
    return text % {"votes": wording.short_figure(upvotes)}


def _gain(gain: int) -> SafeString:
    figure = wording.short_figure(gain)
    text = _("%(gain)s of them within a day") % {"gain": figure}
    return format_html(
        '<span class="quiet"><span aria-hidden="true">+{}</span>'
        '<span class="visually-hidden">, {}</span></span>',
        *(figure, text),
    )


def _place(position: int | None) -> SafeString | str:
    if not position or position < 1:
        return ""
    text = _("number %(place)d of its list") % {"place": position}
    return format_html('<span class="place">{}</span>', text)


@register.simple_tag
def code_link(paper: Paper, facts: Mapping[str, Any]) -> SafeString | str:
    """The link to a paper's code, with the stars of it: `★ 1.2k code`; zero is not shown."""
    stars = facts["stars"] or 0
    figure = _stars(stars) if stars > 0 else ""
    if not paper.code_url:
        return figure
    return format_html(
        '<a href="{}" rel="noopener" class="code">{} {}</a>',
        *(paper.code_url, figure, pgettext("a link to a repository", "code")),
    )


def _stars(stars: int) -> SafeString:
    figure = wording.short_figure(stars)
    text = ngettext("%(stars)s star", "%(stars)s stars", stars) % {"stars": figure}
    return format_html(
        '<span class="stars"><span aria-hidden="true">★ {}</span>'
        '<span class="visually-hidden">{}</span></span>',
        *(figure, text),
    )


@register.simple_tag
def listed_day(day: date | None) -> SafeString | str:
    """The day of a listing: `<time … datetime="2025-03-14">14 Mar 2025</time>`; empty for None."""
    return _listed_day(day, get_language()) if day else ""


@lru_cache(maxsize=2_000)  # the rows of a page are of few days, and to write one takes 0.1 ms
def _listed_day(day: date, _language: str | None) -> SafeString:
    shown = date_format(day, _("j M Y"))
    return format_html('<time class="listed" datetime="{}">{}</time>', day.isoformat(), shown)


@register.simple_tag
def sparkline(levels: Sequence[float | None]) -> SafeString | str:
    """The upvotes of the last days as a small line; empty if there are none to compare.

    A day before the first has None and is not drawn. Attributes, never `style`: the site's
    Content-Security-Policy allows no inline styles.
    """
    known = [level for level in levels if level is not None]
    if len(known) < 2 or min(known) == max(known):
        return ""
    points = spark_points(known)
    first, last = wording.short_figure(known[0]), wording.short_figure(known[-1])
    width = points[-1][0] + _MARGIN
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}"><polyline points="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        *(f"{width:g}", _HEIGHT, f"{width:g}", _HEIGHT),
        *(_spark_label(len(known) - 1, first, last), " ".join(f"{x:g},{y:g}" for x, y in points)),
        *points[-1],
    )


def _spark_label(days: int, first: str, last: str) -> str:
    text = ngettext(
        "from %(first)s to %(last)s votes in %(days)d day",
        "from %(first)s to %(last)s votes in %(days)d days",
        days,
    )
    return text % {"first": first, "last": last, "days": days}


def spark_points(levels: Sequence[float]) -> list[tuple[float, float]]:
    """The points of a line through the levels of successive days; y grows downwards.

    A day has the same width in each line, so that a paper of three days does not look like one
    of seven. The line fills the height between its lowest and highest level, so the shape of a
    week shows at any size; a line without any change lies at the bottom.
    """
    low, spread = min(levels), max(levels) - min(levels)
    tall = _HEIGHT - 2 * _MARGIN
    return [
        (
            _MARGIN + place * _DAY,
            round(_HEIGHT - _MARGIN - (tall * (level - low) / spread if spread else 0), 1),
        )
        for place, level in enumerate(levels)
    ]
