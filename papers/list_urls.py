"""The addresses of the lists of papers."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from papers.models import Topic
from papers.windows import Window

# The front page shows a week: most digests hold one, and one quiet Sunday does not empty it.
FRONT_WINDOW: Final[Window] = "week"


def list_url(
    window: Window,
    day: date | None,
    topic: Topic | None = None,
    *,
    number: int = 1,
    compact: bool = False,
) -> str:
    """The address of a list, `/week/2026-11-20/` or `/topics/agents/week/2026-11-20/?page=2`.

    Without a day it is the address of the newest list: `/`, `/month/`, `/topics/agents/`. Its
    first page and its comfortable view have no parameter.
    """
    values = {"page": number if number > 1 else None, "view": "compact" if compact else None}
    query = urlencode({name: value for name, value in values.items() if value})
    path = _path(window, day, topic.slug if topic else None)
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=1_000)  # a page has the addresses of some dozens of lists
def _path(window: Window, day: date | None, slug: str | None) -> str:
    name, args = ("dated", []) if slug is None else ("topic_dated", [slug])
    if day is not None:
        return reverse(f"papers:{name}", args=[*args, window, day.isoformat()])
    if window == FRONT_WINDOW:
        return reverse("papers:topic", args=args) if slug else reverse("papers:front")
    return reverse("papers:topic_latest" if slug else "papers:latest", args=[*args, window])
