"""The papers that a subscriber saved."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from django.db import transaction
from django.db.models import QuerySet

from papers.models import Paper
from papers.text.arxiv_ids import pasted_id
from subscribers.models import SavedPaper, Subscriber

MOST: Final = 1_000  # a list to return to; its .bib file is written in one answer
Result = Literal["saved", "saved before", "unknown", "no id", "too many"]


def saved_papers(subscriber: Subscriber) -> QuerySet[SavedPaper]:
    """What they saved, the last one first, with the papers; withdrawn ones too."""
    return subscriber.saved.select_related("paper")


@transaction.atomic
def save_paper(subscriber: Subscriber, paper: Paper, now: datetime) -> Result:
    """Add a paper to the list. Repeating is safe.

    The row is locked: of many requests at once each would count fewer papers than there will be.
    """
    subscriber.lock()
    if subscriber.saved.filter(paper=paper).exists():
        return "saved before"
    if subscriber.saved.count() >= MOST:
        return "too many"
    _, is_new = SavedPaper.objects.get_or_create(
        subscriber=subscriber, paper=paper, defaults={"saved_at": now}
    )
    return "saved" if is_new else "saved before"


def save_pasted(subscriber: Subscriber, text: str, now: datetime) -> tuple[Result, Paper | None]:
    """Add the paper that a pasted arXiv id, link or BibTeX entry is about, if it is known here."""
    identity = pasted_id(text)
    if identity is None:
        return "no id", None
    paper = Paper.objects.filter(arxiv_id=identity).first()
    if paper is None:
        return "unknown", None
    return save_paper(subscriber, paper, now), paper


def remove_paper(subscriber: Subscriber, paper_id: int) -> bool:
    """Take a paper off the list; False when it was not on it."""
    count, _ = subscriber.saved.filter(paper=paper_id).delete()
    return bool(count)
