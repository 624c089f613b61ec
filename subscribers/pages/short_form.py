"""What the short form on a page of papers says beside the address: a topic, an author, a zone.

These values come from the page, not from the reader, so one that is unknown is left out and is
never an error: a page may be old, and its topic or its author gone.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.forms import ValidationError
from django.http import QueryDict

from papers.models import Topic
from papers.text.author_match import parse_authors, readings
from subscribers.pages.terms_field import MAX_TERM_LENGTH, MAX_TERMS, TermsField
from web.time_zones import same_zone

_SLUG: Final = re.compile(r"[\w-]{1,40}", re.ASCII)


def draft_of(data: QueryDict) -> dict[str, Any]:
    """The draft of the choices (`preferences.from_json`), without what was not said."""
    found = {
        "topics": _topics(data.getlist("topic")[:MAX_TERMS]),
        "authors": _authors(data.getlist("author")[:MAX_TERMS]),
        "timezone": same_zone(data.get("timezone", "")),
    }
    return {name: value for name, value in found.items() if value}


def _topics(slugs: list[str]) -> list[str]:
    known = [slug for slug in slugs if _SLUG.fullmatch(slug)]
    if not known:
        return []
    active = Topic.objects.filter(is_active=True, slug__in=known)
    return sorted(active.values_list("slug", flat=True))


def _authors(names: list[str]) -> list[str]:
    return [name for typed in names for name in _author(typed)][:MAX_TERMS]


def _author(typed: str) -> tuple[str, ...]:
    field = TermsField(label="", help_text="", parse=parse_authors, has_words=readings)
    if len(typed) > MAX_TERM_LENGTH or any(not one.isprintable() for one in typed):
        return ()
    try:
        return field.clean(typed)
    except ValidationError:
        return ()
