"""The pages where readers sign up, confirm, choose, leave and come back.

The way in is one field: the front page sends an address, the mail brings a link, and the page
behind the link holds the choices and the one button. Whoever likes to choose first opens the
longer form at /subscribe/; its choices wait in the mail's row and are shown filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from subscribers import confirm as opt_in
from subscribers import limit, signup, tasks, tokens, trail, wishes
from subscribers import preferences as settled
from subscribers.forms import ChoicesForm, SignUpForm, has_choices
from subscribers.models import ConsentEntry, Subscriber
from subscribers.schedule import check_timezone
from subscribers.signed_pages import preferences_url, public_page, signed_page
from subscribers.wishes import Preferences

State = Subscriber.State


# ── signing up ───────────────────────────────────────────────────────────────


@public_page
def sign_up(request: HttpRequest) -> HttpResponse:
    """The opened-out form; a POST of an address alone, or with choices, is a sign-up."""
    if request.method != "POST":
        return _page(request, "sign_up", form=SignUpForm(), choices=_choices())
    form = SignUpForm(request.POST)
    choices = ChoicesForm(request.POST, start=Preferences()) if has_choices(request.POST) else None
    if form.is_trapped:
        return _check_inbox(request, str(form["email"].value() or ""))
    if not form.is_valid() or not (choices is None or choices.is_valid()):
        return _page(
            request,
            "sign_up",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            form=form,
            choices=choices or _choices(),
        )
    if not limit.allows(request.META.get("REMOTE_ADDR", "")):
        return _page(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS)
    draft = choices.preferences.as_json() if choices else _guessed_zone(request)
    return _asked(request, form.cleaned_data["email"], draft)


def _asked(request: HttpRequest, email: str, draft: Mapping[str, Any]) -> HttpResponse:
    with transaction.atomic():
        signup.sign_up(email, draft, trail.of_request(request), timezone.now())
        # For every address alike: the time of the response must not depend on the address.
        transaction.on_commit(tasks.enqueue)
    return _check_inbox(request, email)


def _check_inbox(request: HttpRequest, email: str) -> HttpResponse:
    return _page(request, "check_inbox", address=email, days=settings.CONFIRM_DAYS)


def _choices() -> ChoicesForm:
    form = ChoicesForm(start=Preferences())
    _let_browser_guess(form)
    return form


def _let_browser_guess(form: ChoicesForm) -> None:
    form.fields["timezone"].widget.attrs["data-guess-timezone"] = ""


def _guessed_zone(request: HttpRequest) -> dict[str, Any]:
    """A short form may carry the browser's zone too; one that is none is no reason to stop."""
    zone = request.POST.get("timezone", "")
    try:
        check_timezone(zone)
    except ValidationError:
        return {}
    return {"timezone": zone}


# ── confirming ───────────────────────────────────────────────────────────────


@signed_page("confirm", max_age=lambda: timedelta(days=settings.CONFIRM_DAYS))
def confirm(request: HttpRequest, reader: Subscriber, token: str) -> HttpResponse:
    """Behind the mailed link. GET shows the choices and the button; only the button confirms."""
    if reader.state == State.ACTIVE:
        return _page(request, "confirmed", reader=reader, preferences=preferences_url(reader))
    start = opt_in.proposed(reader)
    posted = request.method == "POST"
    form = ChoicesForm(request.POST if posted and has_choices(request.POST) else None, start=start)
    if posted and (not form.is_bound or form.is_valid()):
        wanted = form.preferences if form.is_bound else start
        try:
            opt_in.confirm(reader, wanted, trail.of_request(request), timezone.now())
        except opt_in.SuppressedAddress:
            return _page(request, "suppressed", HTTPStatus.CONFLICT, reader=reader)
        return see_other("subscribers:confirm", token)
    if start == Preferences():
        _let_browser_guess(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if posted else HTTPStatus.OK
    return _page(request, "confirm", status, reader=reader, choices=form)


# ── choosing ─────────────────────────────────────────────────────────────────


@signed_page("preferences")
def preferences(request: HttpRequest, reader: Subscriber, token: str) -> HttpResponse:
    """A reader's own page: GET shows everything they chose, POST changes it."""
    if reader.state != State.ACTIVE:
        return _goodbye(request, reader, token)
    start = wishes.of_reader(reader)
    form = ChoicesForm(request.POST if request.method == "POST" else None, start=start)
    if form.is_bound and form.is_valid():
        settled.change(reader, form.preferences, trail.of_request(request), timezone.now())
        return see_other("subscribers:preferences", token, "?saved")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return _page(
        request,
        "preferences",
        status,
        reader=reader,
        token=token,
        choices=form,
        is_saved="saved" in request.GET and not form.is_bound,
        feed_token=tokens.make("feed", reader),
    )


# ── leaving and coming back ──────────────────────────────────────────────────


@signed_page("preferences")
def unsubscribe(request: HttpRequest, reader: Subscriber, token: str) -> HttpResponse:
    """GET asks, POST acts."""
    if request.method != "POST":
        return _page(request, "unsubscribe", address=reader.email)
    settled.unsubscribe(
        reader,
        step=ConsentEntry.Step.UNSUBSCRIBED,
        trail=trail.of_request(request),
        now=timezone.now(),
    )
    return _goodbye(request, reader, token)


def _goodbye(request: HttpRequest, reader: Subscriber, token: str) -> HttpResponse:
    if reader.state == State.SUPPRESSED:
        return _page(request, "suppressed", HTTPStatus.CONFLICT, reader=reader)
    return _page(
        request,
        "goodbye",
        come_back_url=reverse("subscribers:come_back", args=[token]),
        is_pending=reader.state == State.PENDING,
    )


@signed_page("preferences")
def come_back(request: HttpRequest, reader: Subscriber, token: str) -> HttpResponse:
    """POST asks for a new confirmation mail: whoever holds an old link is not yet the reader."""
    if request.method != "POST" or reader.state == State.ACTIVE:
        return see_other("subscribers:preferences", token)
    return _asked(request, reader.email, {})


# ── answers ──────────────────────────────────────────────────────────────────


def see_other(name: str, token: str, query: str = "") -> HttpResponseRedirect:
    """Show the page again by GET, so that a reload repeats nothing."""
    answer = redirect(name, token)
    answer["Location"] += query
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _page(
    request: HttpRequest, name: str, status: HTTPStatus = HTTPStatus.OK, **context: object
) -> HttpResponse:
    return render(request, f"pages/subscribers/{name}.html", context, status=status)
