"""Which papers a mail has room for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import escape

from newsletter.editions.rendering.fragments import PaperFragment
from newsletter.editions.rendering.quoted_printable import quoted_printable


def fitting_papers(
    papers: Sequence[tuple[PaperFragment, str]], room: int
) -> list[tuple[int, PaperFragment]]:
    """The papers whose HTML, encoded for transport, takes at most `room` bytes; at least one.

    The last ones lose their abstracts first; then papers that still do not fit are left out. Pure,
    so that the same delivery gives the same message.

    Returns: each paper that is shown, with its place in `papers`.
    """
    shown = [fragment for fragment, _ in papers]
    # Nearly every digest: a letter of a reason takes at most twelve bytes.
    if sum([it.html_size + 12 * len(why) for it, why in papers]) <= room:
        return list(enumerate(shown))
    sizes = [_size(*paper) for paper in papers]
    if sum(sizes) <= room:
        return list(enumerate(shown))
    for place in reversed(range(len(shown))):
        shown[place] = shown[place].brief
        sizes[place] = _size(shown[place], papers[place][1])
        if sum(sizes) <= room:
            return list(enumerate(shown))
    kept, left = [], room
    for place, size in enumerate(sizes):
        if size <= left:
            kept.append((place, shown[place]))
            left -= size
    return kept or [(0, shown[0])]


def _size(fragment: PaperFragment, why: str) -> int:
    return fragment.html_size + len(encoded_html(why))


@lru_cache(maxsize=10_000)
def encoded_html(text: str) -> bytes:
    """A plain text in HTML, encoded for transport."""
    return quoted_printable(escape(text))
