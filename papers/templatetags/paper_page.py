"""Filters for the page of a paper and of an author: `{% load paper_page %}`."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from papers.author_urls import author_url as url_of_author
from papers.pages.paper import signal_label as label_of_signal

register = template.Library()


@register.filter
def author_url(name: str) -> str:
    """The address of an author's page; empty for a name without letters."""
    return url_of_author(name)


@register.filter
def signal_label(kind: str) -> str:
    """`upvotes` → `Votes`."""
    return label_of_signal(kind)


@register.filter
def paragraphs(text: str) -> list[str]:
    """The paragraphs of an abstract, which an empty line divides."""
    return [one for part in text.split("\n\n") if (one := part.strip())]


@register.filter
def in_script(json: str) -> SafeString:
    """JSON of `json_ld`, which has no sign that ends a script, inside of `<script>`."""
    if any(sign in json for sign in "<>&"):
        raise ValueError("this JSON is not made for a script element")
    return mark_safe(json)  # noqa: S308 (checked above)
