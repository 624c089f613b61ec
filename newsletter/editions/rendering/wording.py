"""The sentences that a digest adds to what its edition holds: its subject, and what is left out.

They are part of what the renderer's version stands for: a delivery is rebuilt with the sentences of
today. So a change of one of them, here or in a translation, raises `render.RENDERER`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from papers.text.shorten import shortened


def subject_of(titles: Sequence[str], language: str) -> str:
    """The first title, shortened when it is long, and how many papers follow."""
    return _subject(titles[0], len(titles) - 1, language)


@lru_cache(maxsize=10_000)
def _subject(title: str, others: int, language: str) -> str:
    # Three dots and not "…": most subjects then need no encoding.
    first = shortened(title, 60, "...")
    if not others:
        return first
    with override(language):
        words = ngettext(
            "%(title)s, and %(count)s more trending paper",
            "%(title)s, and %(count)s more trending papers",
            others,
        )
    return words % {"title": first, "count": others}


@lru_cache(maxsize=100)
def more_papers(count: int, language: str) -> str:
    """What stands after the last paper of a mail that would be too large with all of them."""
    with override(language):
        words = ngettext(
            "One more paper is in the browser, where this digest is whole.",
            "%(count)s more papers are in the browser, where this digest is whole.",
            count,
        )
    return words % {"count": count}


@lru_cache(maxsize=10)
def why_label(language: str) -> str:
    """What stands before the reason for a paper."""
    with override(language):
        return _("Why:")
