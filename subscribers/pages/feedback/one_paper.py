"""What a reader can say of one paper, on every page that has the buttons for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from papers.models import Paper
from papers.text.arxiv_ids import arxiv_id
from papers.wording import author_line
from subscribers.feedback.rate import seconds_to_wait
from subscribers.feedback.save import save_paper, unsave_paper
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, Subscriber
from subscribers.pages.answers import render_page

_LONGEST: Final = 18  # digits of a number of PostgreSQL
_VOTES: Final = {str(kind): kind for kind in Feedback.VOTES}


def paper_named(name: str) -> Paper | None:
    """The paper with an arXiv id of any form, or with a number."""
    papers = Paper.objects.defer("search")
    if identity := arxiv_id(name):
        return papers.filter(arxiv_id=identity).first()
    is_number = name.isascii() and name.isdigit() and len(name) <= _LONGEST
    return papers.filter(pk=int(name)).first() if is_number else None


def say(subscriber: Subscriber, paper: Paper, button: str, now: datetime) -> str:
    """Do what a button says: a vote, "none", "save" or "unsave".

    Returns the name of the sentence that says so (account/page.py); empty for another button.

    Raises:
        Paper.DoesNotExist: it was deleted since it was read.
    """
    if button in _VOTES:
        vote(subscriber, paper, _VOTES[button], now)
        return button
    if button == "none":
        vote(subscriber, paper, None, now)
        return "taken-back"
    if button == "save":
        result = save_paper(subscriber, paper, now)
        return {"saved": "kept", "saved before": "kept-before", "too many": "full"}[result]
    if button == "unsave":
        unsave_paper(subscriber, paper.pk)
        return "removed"
    return ""


def said_of(subscriber: Subscriber, papers: Iterable[Paper]) -> Mapping[int, set[str]]:
    """The kinds of what a reader said of these papers, by their ids; one query."""
    found: dict[int, set[str]] = {paper.pk: set() for paper in papers}
    rows = subscriber.feedback.filter(paper__in=found).values_list("paper_id", "kind")
    for paper_id, kind in rows.order_by():
        found[paper_id].add(kind)
    return found


def values_of(subscriber: Subscriber, paper: Paper) -> dict[str, Any]:
    """What a page with the buttons shows of a paper."""
    return {
        "paper": paper,
        "paper_name": paper.arxiv_id or paper.pk,
        "authors": author_line(paper.authors),
        "said": said_of(subscriber, [paper])[paper.pk],
    }


def too_fast(request: HttpRequest, subscriber: Subscriber) -> HttpResponse | None:
    """Count one press of a reader; the page that asks for patience (429) after too many."""
    wait = seconds_to_wait(subscriber)
    if not wait:
        return None
    answer = render_page(request, "too_fast", HTTPStatus.TOO_MANY_REQUESTS, minutes=-(-wait // 60))
    answer["Retry-After"] = str(wait)
    return answer
