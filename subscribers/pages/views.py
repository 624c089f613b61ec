"""The pages where subscribers choose, unsubscribe, subscribe again and ask for new links."""

from __future__ import annotations

from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from subscribers import tasks, tokens
from subscribers.consent import origin_of
from subscribers.mail_limits import allow_mail_to
from subscribers.models import ConsentEntry, Subscriber
from subscribers.pages.answers import render_page, see_other
from subscribers.pages.even_time import even_time
from subscribers.pages.forms import ChoicesForm, SignUpForm
from subscribers.pages.sign_up_views import start_sign_up
from subscribers.pages.signed_pages import public_page, signed_page
from subscribers.pages.understood import understood
from subscribers.preferences import change, preferences_of
from subscribers.signup import request_link
from subscribers.unsubscribe import unsubscribe

State = Subscriber.State


# ── choosing ─────────────────────────────────────────────────────────────────


@signed_page("preferences")
def preferences_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """A subscriber's own page: GET shows everything they chose, POST changes it."""
    if subscriber.state != State.ACTIVE:
        return _render_goodbye(request, subscriber, token)
    start = preferences_of(subscriber)
    form = ChoicesForm(request.POST if request.method == "POST" else None, start=start)
    if form.is_bound and form.is_valid():
        change(subscriber, form.preferences, origin_of(request), timezone.now())
        return see_other("subscribers:preferences", token, "?saved")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render_page(
        request,
        "preferences",
        status,
        subscriber=subscriber,
        token=token,
        choices=form,
        is_saved="saved" in request.GET and not form.is_bound,
        understood=[] if form.is_bound else understood(start),
        feed_token=tokens.make("feed", subscriber),
    )


# ── unsubscribing and subscribing again ──────────────────────────────────────


@signed_page("preferences")
def unsubscribe_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET shows the button, POST unsubscribes."""
    if request.method != "POST":
        return render_page(request, "unsubscribe", address=subscriber.email)
    unsubscribe(
        subscriber,
        step=ConsentEntry.Step.UNSUBSCRIBED,
        origin=origin_of(request),
        now=timezone.now(),
    )
    return _render_goodbye(request, subscriber, token)


def _render_goodbye(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    if subscriber.state == State.SUPPRESSED:
        return render_page(request, "suppressed", HTTPStatus.CONFLICT, subscriber=subscriber)
    return render_page(
        request,
        "goodbye",
        come_back_url=reverse("subscribers:come_back", args=[token]),
        is_pending=subscriber.state == State.PENDING,
    )


@signed_page("preferences")
def come_back_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST queues a new confirmation mail: an old link does not prove who owns the mailbox now."""
    if request.method != "POST" or subscriber.state == State.ACTIVE:
        return see_other("subscribers:preferences", token)
    return start_sign_up(request, subscriber.email, {})


# ── a new link ───────────────────────────────────────────────────────────────


@public_page
def new_link_page(request: HttpRequest) -> HttpResponse:
    """Behind a link that does not work: POST of an address mails it a link, if it subscribed.

    The answer is the same for every address, and the limits are those of a sign-up.
    """
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render_page(request, "new_link", form=form)
    if not form.is_valid():
        return render_page(request, "new_link", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    email = form.cleaned_data["email"]
    limit = allow_mail_to(email, request.META.get("REMOTE_ADDR", ""))
    if limit.is_refused:
        return render_page(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, limit=limit)
    with even_time(), transaction.atomic():
        request_link(email, origin_of(request), timezone.now(), delay=limit.delay)
        # For every address: the time it takes would reveal a difference.
        transaction.on_commit(tasks.enqueue)
    return render_page(request, "link_requested", address=email, minutes=limit.minutes)
