"""Let this browser remember its reader, or forget them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from subscribers.models import Subscriber
from subscribers.pages.account.page import account_page, done
from subscribers.pages.feedback.remembered import forget, remember


@account_page
def browser_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST sets the cookie, or deletes it (`forget`); `paper` is the page to go back to."""
    if request.method != "POST":
        return done(token, "", at="browser")
    is_end = "forget" in request.POST
    answer = _back(token, "forgotten" if is_end else "remembered", request.POST.get("paper", ""))
    if is_end:
        forget(answer)
    else:
        remember(answer, subscriber)
    return answer


def _back(token: str, what: str, paper: str) -> HttpResponse:
    if paper:
        return done(token, what, page="subscribers:paper", id=paper[:100])
    return done(token, what, at="browser")
