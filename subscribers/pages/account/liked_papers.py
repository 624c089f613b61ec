"""The papers that a reader likes: the list, more of them pasted or picked, and those not found."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from papers.models import Paper
from papers.search.results import search_papers
from papers.wording import author_line
from subscribers.feedback.seed import remove_seed
from subscribers.models import Feedback, SeedRequest, Subscriber
from subscribers.pages.account.page import account_page, done, render_account, row_id
from subscribers.pages.named_papers.not_found import why_not_found
from subscribers.pages.named_papers.pasted import (
    PastedPapers,
    is_too_often,
    pasted_papers,
    takes_file,
)
from subscribers.seeds.name import Named, forget_request, name_papers, pick
from subscribers.tasks import enqueue_look_up

_A_PAGE: Final = 50
_RESULTS: Final = 10
_SHOWN: Final = 50  # requests on the page
_LONGEST_QUERY: Final = 250
_PAGE: Final = "subscribers:papers"
State = SeedRequest.State


@takes_file
@account_page
def papers_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET lists them, and searches the archive with `q`.

    POST adds what was pasted or uploaded, or one paper (`add`), or removes one (`remove`), or
    a request (`drop`).
    """
    posted, now = request.POST, timezone.now()
    if request.method != "POST":
        return _render(request, subscriber, token)
    if "remove" in posted:
        remove_seed(subscriber, row_id(posted["remove"]))
        return done(token, "unliked", page=_PAGE)
    if "drop" in posted:
        forget_request(subscriber, row_id(posted["drop"]))
        return done(token, "dropped", page=_PAGE, at="requests")
    if "add" in posted:
        named = pick(subscriber, [row_id(posted["add"])], now)
        query = {"q": posted["q"][:_LONGEST_QUERY]} if posted.get("q") else {}
        return done(token, _said_of(named), page=_PAGE, **query)
    return _add_pasted(request, subscriber, token)


def _said_of(named: Named) -> str:
    """The sentence about a picked paper; nothing of one that is not here, or no longer."""
    if named.beyond:
        return "liked-full"
    return "liked" if named.new or named.before else ""


def _add_pasted(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    if is_too_often(subscriber):
        status = HTTPStatus.TOO_MANY_REQUESTS
        return _render(request, subscriber, token, is_refused=True, status=status)
    pasted = pasted_papers(request)
    if pasted.error or pasted.is_empty:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _render(request, subscriber, token, pasted=pasted, status=status)
    named = name_papers(subscriber, pasted.matched, timezone.now())
    if named.waiting or named.lists:
        enqueue_look_up()
    return _render(request, subscriber, token, pasted=pasted, named=named)


def _render(
    request: HttpRequest,
    subscriber: Subscriber,
    token: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    pasted: PastedPapers | None = None,
    named: Named | None = None,
    is_refused: bool = False,
) -> HttpResponse:
    seeds = subscriber.feedback.filter(kind=Feedback.Kind.SEED).select_related("paper")
    page = Paginator(seeds.defer("paper__search"), _A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.get("q", "").replace("\x00", "")[:_LONGEST_QUERY].strip()
    return render_account(
        request,
        "papers",
        subscriber,
        token,
        status=status,
        page=page,
        rows=[(one, author_line(one.paper.authors)) for one in page],
        pasted=pasted,
        named=named,
        is_refused=is_refused,
        query=query,
        results=_results(subscriber, query),
        most=settings.SEEDS_PER_READER,
        **_requests(subscriber),
    )


def _results(subscriber: Subscriber, query: str) -> Sequence[tuple[Paper, str, bool]]:
    """The papers of a search, each with its authors and whether it is in the list."""
    if not query:
        return []
    papers = [one.paper for one in search_papers(query, now=timezone.now(), size=_RESULTS).papers]
    seeds = subscriber.feedback.filter(kind=Feedback.Kind.SEED, paper__in=papers)
    liked = set(seeds.values_list("paper_id", flat=True))
    return [(paper, author_line(paper.authors), paper.pk in liked) for paper in papers]


def _requests(subscriber: Subscriber) -> dict[str, Any]:
    """The requests of a reader, by what the page says of them."""
    rows: QuerySet[SeedRequest] = subscriber.seed_requests.all()
    failed = list(rows.filter(state=State.FAILED)[:_SHOWN])
    waiting = rows.filter(state=State.WAITING)
    return {
        "waiting": waiting[:_SHOWN],
        "waiting_count": waiting.count(),
        "failed": [(one, why_not_found(one)) for one in failed],
        "lists": rows.filter(state=State.FOUND, kind__in=SeedRequest.LISTS),
    }
