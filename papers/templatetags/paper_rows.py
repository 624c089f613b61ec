"""The rows of papers in lists, and other parts of pages that are kept: `{% load paper_rows %}`.

A row is rendered by a template of its own, which sees nothing of the page but the values that the
tag names. So a paper that cannot be rendered costs its own row only. And the row of a paper that
did not change is the same on the next version of its page: it is kept, and only the others are
rendered. The row of a search has marks, which differ from search to search: it is kept with slots
in their places.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from dataclasses import replace
from hashlib import blake2b
from threading import Lock
from typing import Any, Final

from django import template
from django.template import Context, Engine
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from papers.queries import RankedPaper
from web.isolation import is_about_one_row, log_once

register = template.Library()
log = logging.getLogger(__name__)

_TITLE_ALONE: Final = "pages/papers/_paper_title.html"
_SLOT: Final = "\0"  # around the name of a slot; no text of the database has this character
_MOST: Final = 4_000  # rows; of 3 KB each
_NOT_SHOWN: Final = frozenset(
    ("_state", "_prefetched_objects_cache", "created_at", "updated_at", "arxiv_asked_at")
)


class Rows:
    """The rows of this process that were used last, by what they were made from."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._rows: dict[Hashable, SafeString] = {}

    def get(self, key: Hashable) -> SafeString | None:
        with self._lock:
            row = self._rows.pop(key, None)
            if row is not None:
                self._rows[key] = row  # the last ones of a dict are those used last
            return row

    def put(self, key: Hashable, row: SafeString) -> None:
        with self._lock:
            self._rows[key] = row
            while len(self._rows) > self._most:
                del self._rows[next(iter(self._rows))]

    def clear(self) -> None:
        with self._lock:
            self._rows.clear()


KEPT: Final = Rows(_MOST)


@register.simple_tag
def paper_row(name: str, ranked: RankedPaper, **values: Any) -> SafeString:
    """A paper's row by the template `name`, which sees `ranked`, `paper` and `values` only.

    When it raises, the list goes on with the paper's title alone.
    """
    return _rendered(name, ranked, values) or _rendered(_TITLE_ALONE, ranked, {}) or SafeString("")


@register.simple_tag
def kept_paper_row(name: str, ranked: RankedPaper, **values: Any) -> SafeString:
    """The same, rendered once for the same paper and values; these are plain: texts and numbers."""
    return _kept(name, ranked, values) or paper_row(_TITLE_ALONE, ranked)


@register.simple_tag
def filled_paper_row(
    name: str, ranked: RankedPaper, slots: Mapping[str, str], **values: Any
) -> SafeString:
    """The same for a row with texts that are other ones on each page, its place among them.

    The template sees a sign in place of each text of `slots`, nothing in place of an empty one, and
    the same sign in place of the same text; so it is rendered once for all of them.
    """
    slots = {**slots, "position": str(ranked.position)}
    texts = {slot: conditional_escape(text) for slot, text in slots.items()}
    row = _kept(name, replace(ranked, position=0), {**_signs(texts), **values})
    if row is None:
        return paper_row(_TITLE_ALONE, ranked)
    parts = row.split(_SLOT)
    parts[1::2] = [texts[slot] for slot in parts[1::2]]
    return SafeString("".join(parts))


@register.simple_tag
def kept_part(name: str, **values: Any) -> SafeString:
    """A part of a page by the template `name`, rendered once for the same values; these are plain.

    The template sees nothing else, and nothing in it may change with the data or the hour.
    """
    key = _hash(name, get_language(), values)
    part = KEPT.get(key)
    if part is None:
        part = SafeString(Engine.get_default().get_template(name).render(Context(values)))
        KEPT.put(key, part)
    return part


def _signs(texts: Mapping[str, str]) -> dict[str, SafeString]:
    """What stands in the kept row for each text."""
    first: dict[str, str] = {}
    for slot, text in texts.items():
        first.setdefault(text, f"{_SLOT}{slot}{_SLOT}")
    return {slot: SafeString(first[text] if text else "") for slot, text in texts.items()}


def _kept(name: str, ranked: RankedPaper, values: Mapping[str, Any]) -> SafeString | None:
    """The row, rendered if it is not kept; None where that raises an error about this paper."""
    key = row_key(name, ranked, values)
    row = KEPT.get(key)
    if row is None and (row := _rendered(name, ranked, values)) is not None:
        KEPT.put(key, row)
    return row


def row_key(name: str, ranked: RankedPaper, values: Mapping[str, Any]) -> bytes:
    """A hash over everything of which a row is made: what is missing here would stay as it was."""
    paper = ranked.paper
    columns = [item for item in vars(paper).items() if item[0] not in _NOT_SHOWN]
    topics = [(one.topic_id, one.topic.slug, one.topic.name) for one in paper.topic_links.all()]
    figures = ranked.position, ranked.components, ranked.facts
    return _hash(name, get_language(), columns, topics, figures, values)


def _hash(*made_of: object) -> bytes:
    return blake2b(repr(made_of).encode("utf-8", "surrogatepass"), digest_size=20).digest()


def _rendered(name: str, ranked: RankedPaper, values: Mapping[str, Any]) -> SafeString | None:
    """The row; None where it raises an error that is about this paper."""
    try:
        context = Context({"ranked": ranked, "paper": ranked.paper, **values})
        return SafeString(Engine.get_default().get_template(name).render(context))
    except Exception as error:  # any: a paper must not cost its page
        if not is_about_one_row(error):
            raise
        log_once(log, f"the page with {name}", f"paper {ranked.paper.pk}", error)
        return None
