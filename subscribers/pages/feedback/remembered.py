"""A browser that a reader wished to be remembered: it may give their feedback without a link.

The cookie holds a token of its own purpose, which proves nothing to the pages behind a link in a
mail. It ends after half a year, and with a new feed address, a new address, an unsubscription or
the deletion of the reader. Public pages do not read it, and no answer varies by it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from subscribers import tokens
from subscribers.models import Subscriber

COOKIE: Final = "reader"
AGE: Final = timedelta(days=180)


def remembered(request: HttpRequest) -> Subscriber | None:
    """The reader whom this browser remembers; None for one who gets no digests."""
    try:
        found = tokens.read("browser", request.COOKIES.get(COOKIE, ""), max_age=AGE)
    except tokens.BadToken:
        return None
    return found if found.state == Subscriber.State.ACTIVE else None


def remember(answer: HttpResponse, subscriber: Subscriber) -> None:
    """Let the browser that gets this answer remember the reader."""
    answer.set_cookie(
        COOKIE,
        tokens.make("browser", subscriber),
        max_age=AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(answer: HttpResponse) -> None:
    """Let the browser forget its reader."""
    answer.delete_cookie(COOKIE, samesite="Lax")
