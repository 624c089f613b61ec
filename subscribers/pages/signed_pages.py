"""Pages behind a signed link: the link alone authorises, and without it there is no access.

There is no cookie that another site could use for a forged request, so these pages need no CSRF
token, and they work where the browser of a mail program keeps no cookies.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from subscribers import tokens
from subscribers.models import Subscriber
from web.counters import count
from web.same_site import is_cross_site

Arguments = ParamSpec("Arguments")
Page = Callable[[HttpRequest, Subscriber, str], HttpResponse]


def public_page(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """GET shows, POST acts; no cache keeps the page, and it needs no cookie.

    A POST from a page of another site does nothing, and its answer says why (403).
    """

    @wraps(view)
    def page(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        if request.method == "POST" and is_cross_site(request):
            count("cross_site_posts", "refused")
            return render(request, "403_cross_site.html", status=HTTPStatus.FORBIDDEN)
        return view(request, *args, **kwargs)

    return mail_program_page(page)


def mail_program_page(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """The same for the one-click unsubscribe: a mail program in a browser is another site."""
    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(view)))


def signed_page(
    purpose: tokens.Purpose,
) -> Callable[[Page], Callable[[HttpRequest, str], HttpResponse]]:
    """A page whose URL ends in a token: the view gets the subscriber, and the token for links.

    A link that was changed on its way is repaired where its token can be made out. An expired link
    answers 410 and an invalid one 404, both with a page that says what to do.
    Only confirmation links expire, after CONFIRM_DAYS.
    """

    def decorate(view: Page) -> Callable[[HttpRequest, str], HttpResponse]:
        @public_page
        @wraps(view)
        def page(request: HttpRequest, token: str = "") -> HttpResponse:
            age = _max_age(purpose)
            try:
                subscriber, genuine = tokens.read_mangled(purpose, token, max_age=age)
            except tokens.ExpiredToken:
                return invalid_link(request, purpose, HTTPStatus.GONE)
            except tokens.BadToken:
                return invalid_link(request, purpose)
            try:
                return view(request, subscriber, genuine)
            except Subscriber.DoesNotExist:  # erased since, by a click in another window
                return invalid_link(request, purpose)

        return page

    return decorate


def _max_age(purpose: tokens.Purpose) -> timedelta | None:
    return timedelta(days=settings.CONFIRM_DAYS) if purpose == "confirm" else None


def preferences_url(subscriber: Subscriber) -> str:
    """The path of a subscriber's own preference page."""
    return reverse("subscribers:preferences", args=[tokens.make("preferences", subscriber)])


def papers_url(subscriber: Subscriber) -> str:
    """The path of the page of papers that a subscriber likes."""
    return reverse("subscribers:papers", args=[tokens.make("preferences", subscriber)])


def invalid_link(
    request: HttpRequest, purpose: str, status: HTTPStatus = HTTPStatus.NOT_FOUND
) -> HttpResponse:
    """The page behind a link that does not work: what may have happened, and a new link by mail.

    Args:
        purpose: of a signed link, or what a digest's link is for: unsubscribe, read, paper,
            feedback.
    """
    context = {
        "purpose": purpose,
        "is_expired": status == HTTPStatus.GONE,
        "days": settings.CONFIRM_DAYS,
    }
    return render(request, "pages/subscribers/invalid_link.html", context, status=status)
