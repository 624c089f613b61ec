"""Pages behind a signed link: who holds the link may act, and nobody else comes in.

The link is the whole authority. There is no cookie that another site could ride on, so these
pages need no CSRF token, and they work where a mail program's browser keeps no cookies.
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

Arguments = ParamSpec("Arguments")
Page = Callable[[HttpRequest, Subscriber, str], HttpResponse]


def public_page(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """GET shows, POST acts; kept in no cache, and in no need of a cookie."""
    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(view)))


def signed_page(
    purpose: tokens.Purpose, max_age: Callable[[], timedelta | None] = lambda: None
) -> Callable[[Page], Callable[[HttpRequest, str], HttpResponse]]:
    """A page whose address ends in a token: the view gets the reader, and the token for links.

    An expired link answers 410, one that was never ours 404, both with a page that says what
    to do. `max_age` is called at each request.
    """

    def decorate(view: Page) -> Callable[[HttpRequest, str], HttpResponse]:
        @public_page
        @wraps(view)
        def page(request: HttpRequest, token: str) -> HttpResponse:
            try:
                reader = tokens.read(purpose, token, max_age=max_age())
            except tokens.ExpiredToken:
                return _dead_link(request, purpose, HTTPStatus.GONE)
            except tokens.BadToken:
                return _dead_link(request, purpose, HTTPStatus.NOT_FOUND)
            return view(request, reader, token)

        return page

    return decorate


def preferences_url(reader: Subscriber) -> str:
    """The path of a reader's own preference page."""
    return reverse("subscribers:preferences", args=[tokens.make("preferences", reader)])


def _dead_link(request: HttpRequest, purpose: tokens.Purpose, status: HTTPStatus) -> HttpResponse:
    context = {
        "purpose": purpose,
        "is_expired": status == HTTPStatus.GONE,
        "days": settings.CONFIRM_DAYS,
    }
    return render(request, "pages/subscribers/dead_link.html", context, status=status)
