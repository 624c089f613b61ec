"""A reader's own page about one paper: save it, or say that they want more or less like it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from papers.models import Paper
from subscribers.models import Subscriber
from subscribers.pages.account.page import account_page, done, render_account
from subscribers.pages.answers import render_page
from subscribers.pages.feedback.one_paper import paper_named, say, too_fast, values_of


@account_page
def paper_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET shows the paper that `id` names, and what was said of it; POST does what `say` says."""
    name = (request.POST if request.method == "POST" else request.GET).get("id", "")
    paper = paper_named(name)
    if paper is None:
        return _no_paper(request)
    if request.method != "POST":
        return render_account(request, "paper", subscriber, token, **values_of(subscriber, paper))
    if refusal := too_fast(request, subscriber):
        return refusal
    try:
        what = say(subscriber, paper, request.POST.get("say", ""), timezone.now())
    except Paper.DoesNotExist:  # deleted since it was read
        return _no_paper(request)
    return done(token, what, page="subscribers:paper", id=str(paper.arxiv_id or paper.pk))


def _no_paper(request: HttpRequest) -> HttpResponse:
    return render_page(request, "no_paper", HTTPStatus.NOT_FOUND)
