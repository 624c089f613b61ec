"""Filters and tags for templates that show a paper: `{% load paper_text %}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import template
from django.template import Context, Engine
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from papers import wording
from papers.explain import explain
from papers.models import Paper
from papers.text import mathml, tex
from papers.windows import Window
from web.isolation import is_about_one_row, log_once

register = template.Library()
log = logging.getLogger(__name__)

_WIDTH: Final = 66
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
def lead(text: str) -> str:
    """The opening of an abstract whose TeX is already Unicode."""
    return wording.lead(text)


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


@register.filter
def reasons(components: Mapping[str, Any]) -> list[str]:
    """Why a paper trends: `{% for reason in ranked.components|reasons %}`."""
    return explain(components)


@register.simple_tag(takes_context=True)
def paper_row(context: Context, name: str, paper: Paper, **values: Any) -> SafeString:
    """A paper's row in a list, by the template `name`: as `include`, with `paper` and `values`.

    When it raises, the list goes on with the paper's title alone.
    """
    rows = name, "pages/papers/_paper_title.html"
    for row in rows:
        try:
            return _included(context, row, {"paper": paper, **values})
        except Exception as error:  # any: a paper must not cost its page
            if not is_about_one_row(error):
                raise
            log_once(log, f"the page with {row}", f"paper {paper.pk}", error)
    return SafeString("")


def _included(context: Context, name: str, values: dict[str, Any]) -> SafeString:
    engine = context.template.engine if context.template else Engine.get_default()
    with context.push(**values):
        return engine.get_template(name).render(context)


@register.simple_tag
def sparkline(levels: Sequence[float]) -> SafeString | str:
    """The upvotes of the last days as a small line; empty if there are none.

    Attributes, never `style`: the site's Content-Security-Policy allows no inline styles.
    """
    if len(levels) < 2 or not any(levels):
        return ""
    points = spark_points(levels)
    values = ", ".join(wording.short_figure(level) for level in levels)
    label = _("Votes over the last %(days)s days: %(values)s")
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}"><polyline points="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        *(_WIDTH, _HEIGHT, _WIDTH, _HEIGHT, label % {"days": len(levels), "values": values}),
        *(" ".join(f"{x:g},{y:g}" for x, y in points), *points[-1]),
    )


def spark_points(levels: Sequence[float]) -> list[tuple[float, float]]:
    """The points of a line through the levels, oldest first; y grows downwards.

    The line fills the height between its lowest and highest level, so the shape of a week
    shows at any size; a line without any change lies at the bottom.
    """
    low, spread = min(levels), max(levels) - min(levels)
    step = (_WIDTH - 2 * _MARGIN) / (len(levels) - 1)
    tall = _HEIGHT - 2 * _MARGIN
    return [
        (
            round(_MARGIN + place * step, 1),
            round(_HEIGHT - _MARGIN - (tall * (level - low) / spread if spread else 0), 1),
        )
        for place, level in enumerate(levels)
    ]
