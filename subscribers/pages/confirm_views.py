"""The page behind the mailed link: the choices, and the one button that confirms."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from subscribers.confirm import SuppressedAddress, confirm, proposed_preferences
from subscribers.consent import origin_of
from subscribers.models import Subscriber
from subscribers.pages.answers import render_page, see_other
from subscribers.pages.forms import ChoicesForm, has_choices, let_browser_set_timezone
from subscribers.pages.signed_pages import preferences_url, signed_page
from subscribers.pages.understood import understood
from subscribers.preferences import Preferences, preferences_of

State = Subscriber.State


@signed_page("confirm")
def confirm_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Behind the mailed link. GET shows the choices and the button; only the button confirms."""
    if subscriber.state == State.ACTIVE:
        return render_page(
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
            return render_page(request, "suppressed", HTTPStatus.CONFLICT, subscriber=subscriber)
        return see_other("subscribers:confirm", token)
    if start == Preferences():
        let_browser_set_timezone(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if posted else HTTPStatus.OK
    return render_page(
        request,
        "confirm",
        status,
        subscriber=subscriber,
        choices=form,
        understood=[] if form.is_bound else understood(start),
    )
