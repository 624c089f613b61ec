"""The papers that a reader saved: the list, and files of references with all of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from papers.citation.bibtex import bibtex
from papers.citation.ris import ris
from papers.models import Paper
from papers.wording import author_line
from subscribers.account.saved import Result, save_pasted
from subscribers.feedback.save import MOST, save_paper, saved_papers, unsave_paper
from subscribers.models import Subscriber
from subscribers.pages.account.page import account_page, done, render_account, row_id
from subscribers.pages.feedback.one_paper import said_of, say, too_fast

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_A_PAGE: Final = 50
_LONGEST: Final = 4_000  # characters of a paste, as papers/text/arxiv_ids.py reads them
_DONE: Final[dict[Result, str]] = {
    "saved": "kept",
    "saved before": "kept-before",
    "too many": "full",
}
_WRONG: Final[dict[Result, _StrPromise]] = {
    "no id": _("There is no arXiv number in this. It looks like 1706.03762."),
    "unknown": _("This paper is not here, so it cannot be saved yet."),
}


@account_page
def saved_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET lists them; POST adds (`pasted`, `paper`), removes (`remove`) or votes (`say`)."""
    if request.method != "POST":
        return _render(request, subscriber, token)
    if "say" in request.POST:
        return _vote(request, subscriber, token)
    if "remove" in request.POST:
        unsave_paper(subscriber, row_id(request.POST["remove"]))
        return done(token, "removed", page="subscribers:saved")
    if "paper" in request.POST:
        return _save(request, subscriber, token)
    text = request.POST.get("pasted", "")
    result, _paper = save_pasted(subscriber, text[:_LONGEST], timezone.now())
    if result in _WRONG:
        return _render(request, subscriber, token, typed=text[:_LONGEST], error=_WRONG[result])
    return done(token, _DONE[result], page="subscribers:saved")


def _save(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """The paper of a button on another page: `back` is "digests" on the page that lists those."""
    result: Result
    try:
        paper = Paper.objects.get(pk=row_id(request.POST["paper"]))
        result = save_paper(subscriber, paper, timezone.now())
    except Paper.DoesNotExist:  # also of a paper that was deleted since the page was made
        result = "unknown"
    page = "newsletter:digests" if request.POST.get("back") == "digests" else "subscribers:saved"
    return done(token, _DONE.get(result, ""), page=page)


def _vote(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """The button of a row: `say` is "more:12", the vote and the number of the paper."""
    if refusal := too_fast(request, subscriber):
        return refusal
    button, _colon, number = request.POST["say"].partition(":")
    try:
        paper = Paper.objects.get(pk=row_id(number))
        what = say(subscriber, paper, button, timezone.now())
    except Paper.DoesNotExist:
        what = ""
    return done(token, what, page="subscribers:saved")


_FILES: Final = {
    "bib": (bibtex, "application/x-bibtex"),
    "ris": (ris, "application/x-research-info-systems"),
}


@account_page
def saved_bib(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """All saved papers as BibTeX."""
    return _file(subscriber, "bib")


@account_page
def saved_ris(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """All saved papers as RIS."""
    return _file(subscriber, "ris")


def _file(subscriber: Subscriber, kind: str) -> HttpResponse:
    write, content_type = _FILES[kind]
    text = write(one.paper for one in saved_papers(subscriber))
    answer = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="saved-papers.{kind}"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _render(
    request: HttpRequest,
    subscriber: Subscriber,
    token: str,
    *,
    typed: str = "",
    error: _StrPromise | str = "",
) -> HttpResponse:
    page = Paginator(saved_papers(subscriber), _A_PAGE).get_page(request.GET.get("page"))
    told = said_of(subscriber, [one.paper for one in page])
    return render_account(
        request,
        "saved",
        subscriber,
        token,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        page=page,
        rows=[(one, author_line(one.paper.authors), told[one.paper_id]) for one in page],
        typed=typed,
        error=error,
        most=MOST,
    )
