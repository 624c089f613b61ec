"""The page behind the mailed link: the choices, and the one button that confirms."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from subscribers.confirm import SuppressedAddress, confirm, proposal
from subscribers.consent import origin_of
from subscribers.models import Subscriber
from subscribers.pages.answers import render_page, see_other
from subscribers.pages.forms import ChoicesForm, has_choices
from subscribers.pages.signed_pages import preferences_url, signed_page
from subscribers.pages.understood import understood
from subscribers.pages.when import slot_in_words
from subscribers.preferences import preferences_of

State = Subscriber.State


@signed_page("confirm")
def confirm_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Behind the mailed link. GET shows the choices and the button; only the button confirms.

    With `preview` a POST shows a digest of the choices, and stores nothing.
    """
    if subscriber.state == State.ACTIVE:
        return _render_confirmed(request, subscriber)
    proposed = proposal(subscriber)
    is_posted = request.method == "POST"
    form = ChoicesForm(
        request.POST if is_posted and has_choices(request.POST) else None,
        start=proposed.preferences,
        asks_zone=not proposed.has_zone,
        now=timezone.now(),
    )
    is_right = not form.is_bound or form.is_valid()
    is_preview = "preview" in request.POST
    if is_posted and is_right and not is_preview:
        chosen = form.preferences if form.is_bound else proposed.preferences
        try:
            confirm(
                subscriber,
                chosen,
                origin_of(request),
                timezone.now(),
                welcomes=settings.WELCOME_DIGEST,
            )
        except SuppressedAddress:
            return render_page(request, "suppressed", HTTPStatus.CONFLICT, subscriber=subscriber)
        return see_other("subscribers:confirm", token)
    return render_page(
        request,
        "confirm",
        HTTPStatus.OK if is_right else HTTPStatus.UNPROCESSABLE_ENTITY,
        subscriber=subscriber,
        choices=form,
        is_preview=is_preview and form.is_bound and is_right,
        understood=[] if form.is_bound else understood(proposed.preferences),
    )


def _render_confirmed(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    return render_page(
        request,
        "confirmed",
        subscriber=subscriber,
        slot=slot_in_words(subscriber.cadence, subscriber.weekday, subscriber.hour),
        preferences=preferences_url(subscriber),
        understood=understood(preferences_of(subscriber)),
    )
