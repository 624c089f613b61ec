"""The addresses of authors: one for all spellings that differ in case, accents or hyphens only."""

from __future__ import annotations

from typing import Final

from django.urls import reverse

from papers.text.clean import fold
from papers.text.searchable import words

_LONGEST: Final = 100  # characters; no name of a person is longer
_READ: Final = 300


def author_slug(name: str) -> str:
    """`Bernhard Schölkopf` → `bernhard-scholkopf`; empty where a name has no letter or is no name.

    The words are those that the search compares, so a slug finds its author by the search's index.
    The slug of a slug is itself.
    """
    found = words(fold(name[:_READ]).lower())
    slug = "-".join(word for word in found if any(map(str.isalnum, word)))
    return slug if len(slug) <= _LONGEST and any(map(str.isalpha, slug)) else ""


def author_url(name: str) -> str:
    """The address of an author's page; empty where there is none."""
    slug = author_slug(name)
    return reverse("papers:author", args=[slug]) if slug else ""


def author_feed_url(slug: str) -> str:
    """The address of the feed of an author's papers."""
    return reverse("papers:author_feed", args=[slug])
