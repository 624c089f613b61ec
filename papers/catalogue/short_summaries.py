"""Whose short summary a paper has: of several sources the one that people read most.

Hugging Face's summaries are written for its readers; Semantic Scholar's are older and shorter;
those of a model of the operator's own fill the gaps. Within one source the newer text counts. An
answer without a summary removes none: lists of some years, and some endpoints, leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from papers.fetched import FetchedPaper
from papers.models import Paper
from web.locks import wait_for_lock

_RANKS: Final = {"sample": 0, "model": 1, "semantic_scholar": 3, "hugging_face": 4}
_USUAL_RANK: Final = 2  # of a list of the operator's own


def outranks(source: str, stored: str) -> bool:
    """Whether a summary of `source` replaces one of another source, `stored`; "" is no source."""
    return not stored or _rank(source) > _rank(stored)


def summary_fields(
    paper: Paper, fetched: FetchedPaper, source: str, *, is_newest: bool
) -> dict[str, str]:
    """The fields that `fetched` changes, as `source` returned it; `is_newest` of its records."""
    text, stored = fetched.short_summary, paper.short_summary_source
    is_same = (text, source) == (paper.short_summary, stored)
    is_better = is_newest if source == stored else outranks(source, stored)
    if not text or is_same or not is_better:
        return {}
    return {"short_summary": text, "short_summary_source": source}


def store_short_summaries(source: str, texts: Mapping[int, str], now: datetime) -> int:
    """Store summaries, by the keys of their papers, where none of a better source is stored.

    Returns how many papers changed. Their rows count as changed `now`, so that feeds and caches
    show the new text. Empty texts and papers that were deleted are left out.
    """
    with transaction.atomic():
        wait_for_lock("papers.ingest")  # an ingest writes whole rows, as it read them before
        wanted = [key for key, text in texts.items() if text]
        papers = Paper.objects.filter(pk__in=wanted).order_by("pk").only(*_FIELDS)
        changed = [one for one in papers if _takes(one, source, texts[one.pk])]
        for paper in changed:
            paper.short_summary, paper.short_summary_source = texts[paper.pk], source
            paper.updated_at = now
        Paper.objects.bulk_update(changed, _FIELDS, batch_size=500)
    return len(changed)


_FIELDS: Final = ("short_summary", "short_summary_source", "updated_at")


def _takes(paper: Paper, source: str, text: str) -> bool:
    if paper.short_summary_source == source:
        return paper.short_summary != text
    return outranks(source, paper.short_summary_source)


def _rank(source: str) -> int:
    return _RANKS.get(source, _USUAL_RANK)
