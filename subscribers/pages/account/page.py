"""What all pages of a subscription share: the gate before them, the frame, and what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subscribers.models import Subscriber
from subscribers.pages.answers import render_page
from subscribers.pages.feedback.remembered import remembered
from subscribers.pages.signed_pages import Page, signed_page

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

State = Subscriber.State

# What a page says after a redirect: `?done=NAME`. A name that is none of these says nothing.
_DONE: Final[Mapping[str, _StrPromise]] = {
    "saved": _("Saved."),
    "paused": _("Your digests are paused."),
    "resumed": _("Your digests come again."),
    "cadence": _("Saved: your digests come at another pace from now on."),
    "returned": _("You are subscribed again, with all that you had chosen."),
    "feed": _("Your feed has a new address. The old one shows nothing any more."),
    "kept": _("The paper is in your list."),
    "kept-before": _("The paper was in your list already."),
    "removed": _("The paper is no longer in your list."),
    "liked": _("The paper is in your list of papers you like."),
    "liked-full": _("Your list of papers you like is full. Please remove some papers first."),
    "unliked": _("The paper is no longer in your list of papers you like."),
    "dropped": _("Removed."),
    "more": _("Stored: your next digest has more like this paper."),
    "less": _("Stored: your next digest has less like this paper."),
    "upvote": _("Stored: you upvoted this paper."),
    "taken-back": _("Your vote is taken back."),
    "remembered": _("This browser remembers you from now on."),
    "forgotten": _("This browser remembers you no longer."),
    "full": _("Your list is full. Please remove some papers first."),
    "uncounted": _("It no longer counts."),
    "counted": _("It counts again."),
    "balanced": _("Saved. Your digests are ordered like this from now on."),
    "unlearned": _("Forgotten. Your next digest follows your topics, words and authors alone."),
    "cancelled": _("The change of address is cancelled. Nothing was changed."),
}


def account_page(view: Page) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page behind the link to the preferences, for readers who get digests.

    The others, who left or have not confirmed, see what they can do instead.
    """

    @signed_page("preferences")
    @wraps(view)
    def page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
        if subscriber.state != State.ACTIVE:
            return not_active(request, subscriber, token)
        return view(request, subscriber, token)

    return page


def not_active(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """The page of a subscriber who gets no digests."""
    if subscriber.state == State.SUPPRESSED:
        return render_page(request, "suppressed", HTTPStatus.CONFLICT, subscriber=subscriber)
    return render_page(
        request,
        "goodbye",
        come_back_url=reverse("subscribers:come_back", args=[token]),
        delete_url=reverse("subscribers:delete", args=[token]),
        is_pending=subscriber.state == State.PENDING,
    )


def render_account(
    request: HttpRequest,
    name: str,
    subscriber: Subscriber,
    token: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **context: object,
) -> HttpResponse:
    """The template pages/subscribers/account/NAME.html, with what its frame needs."""
    shared = {
        "subscriber": subscriber,
        "token": token,
        "here": name,
        "done": said(request),
        "is_remembered": remembered(request) == subscriber,
    }
    template = f"pages/subscribers/account/{name}.html"
    return render(request, template, {**shared, **context}, status=status)


def said(request: HttpRequest) -> _StrPromise | None:
    """What a page says of what was just done; None when it shows something else."""
    return _DONE.get(request.GET.get("done", "")) if request.method == "GET" else None


def done(
    token: str, what: str, *, page: str = "subscribers:preferences", at: str = "", **query: str
) -> HttpResponseRedirect:
    """Show a page again by GET, so that a reload repeats nothing.

    Args:
        what: which of the sentences the page says.
        page: the name of its URL.
        at: the id of the section to go to.
        query: further parameters.
    """
    answer = redirect(page, token)
    answer["Location"] += f"?{urlencode({'done': what, **query})}" + (f"#{at}" if at else "")
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def row_id(text: str) -> int:
    """The id that a button sent; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
