"""The pages where people sign up, confirm, choose, unsubscribe and subscribe again.

The shortest way has one field: the front page sends an address, the mail brings a link, and the
page behind the link holds the choices and the one button. The longer form at /subscribe/ shows
the choices first; they are kept in the row of the mail and are shown filled in on that page.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from subscribers import tasks, tokens
from subscribers.confirm import SuppressedAddress, confirm, proposed_preferences
from subscribers.consent import origin_of
from subscribers.mail_limits import allow_mail_to
from subscribers.models import ConsentEntry, Subscriber
from subscribers.pages.even_time import even_time
from subscribers.pages.forms import ChoicesForm, SignUpForm, has_choices
from subscribers.pages.honeypot import Sender, sender
from subscribers.pages.signed_pages import preferences_url, public_page, signed_page
from subscribers.pages.understood import understood
from subscribers.preferences import Preferences, change, from_json, preferences_of
from subscribers.signup import request_link, sign_up
from subscribers.unsubscribe import unsubscribe
from web.counters import count
from web.languages import usable_language
from web.time_zones import same_zone

State = Subscriber.State


# ── signing up ───────────────────────────────────────────────────────────────


@public_page
def sign_up_page(request: HttpRequest) -> HttpResponse:
    """The longer form; a POST of an address alone, or with choices, is a sign-up."""
    if request.method != "POST":
        return _render(request, "sign_up", form=SignUpForm(), choices=_empty_choices())
    form = SignUpForm(request.POST)
    choices = (
        ChoicesForm(request.POST, start=_nothing_chosen()) if has_choices(request.POST) else None
    )
    if (who := sender(request.POST.dict(), time.time())) != "person":
        return _answer_unasked(request, who, form, choices)
    if not form.is_valid() or not (choices is None or choices.is_valid()):
        return _render(
            request,
            "sign_up",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            form=form,
            choices=choices or _empty_choices(),
        )
    draft = choices.preferences.as_json() if choices else _draft_of_request(request)
    return _sign_up(request, form.cleaned_data["email"], draft)


def _answer_unasked(
    request: HttpRequest, who: Sender, form: SignUpForm, choices: ChoicesForm | None
) -> HttpResponse:
    """Nothing is stored. A machine gets the usual answer; who was only fast may press again."""
    count("sign_ups", "dropped as a machine" if who == "machine" else "asked again")
    if who == "machine":
        return _render_check_inbox(request, str(form["email"].value() or ""))
    return _render(
        request,
        "sign_up",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        form=form,
        choices=choices or _empty_choices(),
        is_asked_again=True,
    )


def _sign_up(request: HttpRequest, email: str, draft: Mapping[str, Any]) -> HttpResponse:
    limit = allow_mail_to(email, request.META.get("REMOTE_ADDR", ""))
    if limit.is_refused:
        return _render(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, limit=limit)
    with even_time(), transaction.atomic():
        sign_up(email, draft, origin_of(request), timezone.now(), delay=limit.delay)
        # The task is queued for every address: the time it takes would reveal a difference.
        transaction.on_commit(tasks.enqueue)
    return _render_check_inbox(request, email, draft, minutes=limit.minutes)


def _render_check_inbox(
    request: HttpRequest, email: str, draft: Mapping[str, Any] | None = None, *, minutes: int = 0
) -> HttpResponse:
    return _render(
        request,
        "check_inbox",
        address=email,
        days=settings.CONFIRM_DAYS,
        minutes=minutes,
        understood=understood(from_json(draft or {})),
    )


def _empty_choices() -> ChoicesForm:
    form = ChoicesForm(start=_nothing_chosen())
    _let_browser_set_timezone(form)
    return form


def _let_browser_set_timezone(form: ChoicesForm) -> None:
    form.fields["timezone"].widget.attrs["data-guess-timezone"] = ""


def _nothing_chosen() -> Preferences:
    """What the form shows at first: the mails come in the language of the page."""
    return Preferences(language=usable_language(get_language() or ""))


def _draft_of_request(request: HttpRequest) -> dict[str, Any]:
    """The short form may send the browser's zone too; one that does not exist is left out.

    The language is kept where it is not the default: a reader who once chose another one and comes
    back by an English page keeps theirs.
    """
    zone, language = same_zone(request.POST.get("timezone", "")), _nothing_chosen().language
    draft = {"timezone": zone} if zone else {}
    return draft if language == Preferences().language else {**draft, "language": language}


# ── confirming ───────────────────────────────────────────────────────────────


@signed_page("confirm")
def confirm_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Behind the mailed link. GET shows the choices and the button; only the button confirms."""
    if subscriber.state == State.ACTIVE:
        return _render(
            request,
            "confirmed",
            subscriber=subscriber,
            preferences=preferences_url(subscriber),
            understood=understood(preferences_of(subscriber)),
        )
    start = proposed_preferences(subscriber)
    posted = request.method == "POST"
    form = ChoicesForm(request.POST if posted and has_choices(request.POST) else None, start=start)
    if posted and (not form.is_bound or form.is_valid()):
        chosen = form.preferences if form.is_bound else start
        try:
            confirm(subscriber, chosen, origin_of(request), timezone.now())
        except SuppressedAddress:
            return _render(request, "suppressed", HTTPStatus.CONFLICT, subscriber=subscriber)
        return _see_other("subscribers:confirm", token)
    if start == Preferences(language=start.language):
        _let_browser_set_timezone(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if posted else HTTPStatus.OK
    return _render(
        request,
        "confirm",
        status,
        subscriber=subscriber,
        choices=form,
        understood=[] if form.is_bound else understood(start),
    )


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
        return _see_other("subscribers:preferences", token, "?saved")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return _render(
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
        return _render(request, "unsubscribe", address=subscriber.email)
    unsubscribe(
        subscriber,
        step=ConsentEntry.Step.UNSUBSCRIBED,
        origin=origin_of(request),
        now=timezone.now(),
    )
    return _render_goodbye(request, subscriber, token)


def _render_goodbye(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    if subscriber.state == State.SUPPRESSED:
        return _render(request, "suppressed", HTTPStatus.CONFLICT, subscriber=subscriber)
    return _render(
        request,
        "goodbye",
        come_back_url=reverse("subscribers:come_back", args=[token]),
        is_pending=subscriber.state == State.PENDING,
    )


@signed_page("preferences")
def come_back_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST queues a new confirmation mail: an old link does not prove who owns the mailbox now."""
    if request.method != "POST" or subscriber.state == State.ACTIVE:
        return _see_other("subscribers:preferences", token)
    return _sign_up(request, subscriber.email, {})


# ── a new link ───────────────────────────────────────────────────────────────


@public_page
def new_link_page(request: HttpRequest) -> HttpResponse:
    """Behind a link that does not work: POST of an address mails it a link, if it subscribed.

    The answer is the same for every address, and the limits are those of a sign-up.
    """
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _render(request, "new_link", form=form)
    if not form.is_valid():
        return _render(request, "new_link", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    email = form.cleaned_data["email"]
    limit = allow_mail_to(email, request.META.get("REMOTE_ADDR", ""))
    if limit.is_refused:
        return _render(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, limit=limit)
    with even_time(), transaction.atomic():
        request_link(email, origin_of(request), timezone.now(), delay=limit.delay)
        # For every address: the time it takes would reveal a difference.
        transaction.on_commit(tasks.enqueue)
    return _render(request, "link_requested", address=email, minutes=limit.minutes)


# ── answers ──────────────────────────────────────────────────────────────────


def _see_other(name: str, token: str, query: str = "") -> HttpResponseRedirect:
    """Show the page again by GET, so that a reload repeats nothing."""
    answer = redirect(name, token)
    answer["Location"] += query
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _render(
    request: HttpRequest, name: str, status: HTTPStatus = HTTPStatus.OK, **context: object
) -> HttpResponse:
    return render(request, f"pages/subscribers/{name}.html", context, status=status)
