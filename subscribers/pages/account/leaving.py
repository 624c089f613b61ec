"""The pages to unsubscribe, to take that back, and to subscribe again later."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from subscribers import tokens
from subscribers.account.frequency import less_often
from subscribers.account.undo_unsubscribe import WITHIN, undo_unsubscribe
from subscribers.consent import origin_of
from subscribers.models import ConsentEntry, Subscriber
from subscribers.pages.account.forms import PauseForm
from subscribers.pages.account.page import not_active
from subscribers.pages.answers import render_page, see_other
from subscribers.pages.sign_up_views import start_sign_up
from subscribers.pages.signed_pages import (
    invalid_link,
    public_page,
    signed_page,
)
from subscribers.unsubscribe import unsubscribe

State = Subscriber.State


@signed_page("preferences")
def unsubscribe_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET shows the button, and what else would mean fewer mails; POST unsubscribes.

    A reader who has left already sees that, and no button that would do nothing.
    """
    now = timezone.now()
    if request.method != "POST":
        if subscriber.state in (State.UNSUBSCRIBED, State.SUPPRESSED):
            return not_active(request, subscriber, token)
        return render_page(
            request,
            "unsubscribe",
            address=subscriber.email,
            token=token,
            is_active=subscriber.state == State.ACTIVE,
            rarer=less_often(subscriber.cadence),
            pausing=PauseForm(subscriber=subscriber, now=now),
        )
    is_changed = unsubscribe(
        subscriber, step=ConsentEntry.Step.UNSUBSCRIBED, origin=origin_of(request), now=now
    )
    if subscriber.state == State.SUPPRESSED:
        return not_active(request, subscriber, token)
    return render_page(
        request,
        "goodbye",
        undo_url=undo_url(subscriber) if is_changed else "",
        come_back_url=reverse("subscribers:come_back", args=[token]),
        delete_url=reverse("subscribers:delete", args=[token]),
    )


def undo_url(subscriber: Subscriber) -> str:
    """Where the unsubscription of a moment ago can be taken back. For the answer to its button."""
    return reverse("subscribers:undo", args=[tokens.make("undo", subscriber)])


@public_page
def undo_page(request: HttpRequest, token: str = "") -> HttpResponse:
    """POST takes an unsubscription back, while its link works; GET shows the button for that."""
    try:
        subscriber, genuine, within = _read_undo(token)
    except tokens.BadToken:
        return invalid_link(request, "undo", HTTPStatus.GONE)
    if request.method != "POST":
        return render_page(
            request, "account/undo", action=reverse("subscribers:undo", args=[genuine])
        )
    if not undo_unsubscribe(subscriber, origin_of(request), timezone.now(), within=within):
        return invalid_link(request, "undo", HTTPStatus.GONE)
    return render_page(request, "account/returned", subscriber=subscriber)


def _read_undo(token: str) -> tuple[Subscriber, str, timedelta]:
    """Whose link it is, the token itself, and for how long it works: the page's, or the mail's.

    Raises:
        BadToken: it is neither, or too old.
    """
    try:
        return *tokens.read_mangled("undo", token, max_age=WITHIN), WITHIN
    except tokens.BadToken:
        within = tokens.RETURN_WITHIN
        return *tokens.read_mangled("return", token, max_age=within), within


@signed_page("preferences")
def come_back_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST queues a new confirmation mail: an old link does not prove who owns the mailbox now."""
    if request.method != "POST" or subscriber.state == State.ACTIVE:
        return see_other("subscribers:preferences", token)
    return start_sign_up(request, subscriber.email, {})
