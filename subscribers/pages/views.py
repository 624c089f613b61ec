"""The page where readers ask for new links to their subscription."""

from __future__ import annotations

from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from subscribers import tasks
from subscribers.consent import origin_of
from subscribers.mail_limits import allow_mail_to
from subscribers.pages.answers import render_page
from subscribers.pages.even_time import even_time
from subscribers.pages.feedback.one_paper import paper_named
from subscribers.pages.forms import SignUpForm
from subscribers.pages.signed_pages import public_page
from subscribers.signup import request_link


@public_page
def new_link_page(request: HttpRequest) -> HttpResponse:
    """Behind a link that does not work: POST of an address mails it a link, if it subscribed.

    With `paper` the link leads to their own page about that paper (account/feedback.py).
    The answer is the same for every address, and the limits are those of a sign-up.
    """
    form = SignUpForm(request.POST if request.method == "POST" else None, asks=True)
    paper = paper_named(request.POST.get("paper", ""))
    if not form.is_bound:
        return render_page(request, "new_link", form=form)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render_page(request, "new_link", status, form=form, paper=paper)
    email = form.cleaned_data["email"]
    limit = allow_mail_to(email, request.META.get("REMOTE_ADDR", ""))
    if limit.is_refused:
        return render_page(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, limit=limit)
    with even_time(), transaction.atomic():
        request_link(
            email,
            origin_of(request),
            timezone.now(),
            delay=limit.delay,
            paper_id=paper.pk if paper else None,
        )
        # For every address: the time it takes would reveal a difference.
        transaction.on_commit(tasks.enqueue)
    values = {"address": email, "minutes": limit.minutes, "paper": paper}
    return render_page(request, "link_requested", **values)
