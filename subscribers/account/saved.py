"""Save a paper by what a reader pastes: an arXiv id, a link or a BibTeX entry."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from papers.models import Paper
from papers.text.arxiv_ids import pasted_id
from subscribers.feedback.save import Saved, save_paper
from subscribers.models import Subscriber

Result = Saved | Literal["unknown", "no id"]


def save_pasted(subscriber: Subscriber, text: str, now: datetime) -> tuple[Result, Paper | None]:
    """Add the paper that a pasted arXiv id, link or BibTeX entry is about, if it is known here."""
    identity = pasted_id(text)
    if identity is None:
        return "no id", None
    paper = Paper.objects.filter(arxiv_id=identity).first()
    if paper is None:
        return "unknown", None
    try:
        return save_paper(subscriber, paper, now), paper
    except Paper.DoesNotExist:  # deleted since
        return "unknown", None
