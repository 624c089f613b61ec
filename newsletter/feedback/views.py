"""The page behind the links "More like this", "Less like this" and "Save" of a digest."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from newsletter.editions.open_link import OpenedLink, open_link
from newsletter.editions.tokens import BadToken
from newsletter.editions.windows import days_in_words
from newsletter.feedback.digest_papers import DigestPaper, digest_papers
from newsletter.feedback.opinions import choices_in
from newsletter.feedback.store import Change, NotActive, store
from subscribers.models import Subscriber
from subscribers.pages.feedback.one_paper import too_fast
from subscribers.pages.signed_pages import invalid_link, public_page
from subscribers.tokens import make


@public_page  # the token is the proof, and a mail program's browser may keep no cookie
def feedback_page(request: HttpRequest, token: str = "") -> HttpResponse:
    """GET shows all papers of the digest with what is said of each; POST stores what was changed.

    `token` is "TOKEN" or "TOKEN/NUMBER": the number names a paper and what to propose for it. A
    GET stores nothing, since mail scanners follow every link; nor does a POST without our fields.
    """
    try:
        opened = open_link("feedback", token, is_numbered=True)
    except BadToken:
        return _unlisted(invalid_link(request, "feedback"))
    try:
        return _unlisted(_page(request, opened))
    except (NotActive, Subscriber.DoesNotExist):  # by a click in another window
        return _unlisted(_no_digests(request, opened))


def _page(request: HttpRequest, opened: OpenedLink) -> HttpResponse:
    subscriber = opened.subscriber
    if subscriber is None or subscriber.state != Subscriber.State.ACTIVE:
        return _no_digests(request, opened)
    papers = digest_papers(opened, subscriber)
    if not papers:
        return _too_old(request)
    if request.method != "POST":
        return _render_papers(request, opened, papers)
    if refusal := too_fast(request, subscriber):
        return refusal
    found = [one.paper for one in papers]
    choices = choices_in(request.POST, [paper.pk for paper in found])
    changes = store(subscriber, found, choices, timezone.now())
    if changes:
        return _render_changes(request, opened, subscriber, changes)
    papers = digest_papers(opened, subscriber)  # as they are now
    return _render_papers(request, opened, papers) if papers else _too_old(request)


def _render_papers(
    request: HttpRequest, opened: OpenedLink, papers: Sequence[DigestPaper]
) -> HttpResponse:
    context = {
        "asked": [one for one in papers if one.is_asked],
        "others": [one for one in papers if not one.is_asked],
        "days": days_in_words(opened.delivery.edition) if opened.delivery else "",
        "action": _own_path(opened),
        "is_unchanged": request.method == "POST",
    }
    return render(request, "pages/newsletter/feedback.html", context)


def _render_changes(
    request: HttpRequest, opened: OpenedLink, subscriber: Subscriber, changes: Sequence[Change]
) -> HttpResponse:
    """What was stored, what follows from it, and a form that brings back what was before."""
    context = {
        "changes": changes,
        "liked": [one for one in changes if one.is_liked],
        "disliked": [one for one in changes if one.vote == "less"],
        "action": _own_path(opened),
        "is_undone": "undo" in request.POST,
        # Who has this link has the mail, and so the link to the preferences too.
        "learned_url": reverse("subscribers:learned", args=[make("preferences", subscriber)]),
    }
    return render(request, "pages/newsletter/feedback_stored.html", context)


def _own_path(opened: OpenedLink) -> str:
    """Of the page; with the link's number, without which an archived digest has no papers."""
    path = reverse("newsletter:feedback", args=[opened.token])
    return path if opened.number is None else f"{path}/{opened.number}"


def _no_digests(request: HttpRequest, opened: OpenedLink) -> HttpResponse:
    """For readers who left, and for those whose data was deleted: nothing is stored."""
    is_erased = (
        opened.subscriber is None or not Subscriber.objects.filter(pk=opened.subscriber.pk).exists()
    )
    status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.CONFLICT
    context = {"is_erased": is_erased}
    return render(
        request,
        "pages/newsletter/feedback_closed.html",
        context,
        status=HTTPStatus.GONE if is_erased else status,
    )


def _too_old(request: HttpRequest) -> HttpResponse:
    context = {"days": settings.LEDGER_RETENTION_DAYS}
    page = "pages/newsletter/feedback_too_old.html"
    return render(request, page, context, status=HTTPStatus.GONE)


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response
