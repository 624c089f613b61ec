"""The pages of a change of address: asked for, confirmed at the new one, undone at the old one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from subscribers import tasks, tokens
from subscribers.account.change_address import (
    NotNow,
    cancel_change,
    confirm_change,
    pending_change,
    request_change,
    undo_change,
)
from subscribers.consent import RequestOrigin, origin_of
from subscribers.mail_limits import allow_mail_to
from subscribers.models import AddressChange, Subscriber
from subscribers.pages.account.forms import NewAddressForm
from subscribers.pages.account.page import account_page, done, render_account
from subscribers.pages.answers import render_page
from subscribers.pages.even_time import even_time
from subscribers.pages.signed_pages import invalid_link, preferences_url, public_page

Act = Callable[[AddressChange, RequestOrigin, datetime], bool]


@account_page
def address_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET shows the address and a change that waits; POST asks for another, or cancels that."""
    if request.method != "POST":
        return _render(request, subscriber, token, NewAddressForm(subscriber=subscriber))
    if "cancel" in request.POST:
        cancel_change(subscriber, timezone.now())
        return done(token, "cancelled", page="subscribers:address")
    form = NewAddressForm(request.POST, subscriber=subscriber)
    if not form.is_valid():
        return _render(request, subscriber, token, form)
    return _ask(request, subscriber, token, form.cleaned_data["email"])


def _ask(request: HttpRequest, subscriber: Subscriber, token: str, email: str) -> HttpResponse:
    """The same answer for every new address, in the same time."""
    limit = allow_mail_to(email, request.META.get("REMOTE_ADDR", ""))
    if limit.is_refused:
        return render_page(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, limit=limit)
    with even_time(), transaction.atomic():
        is_asked = request_change(
            subscriber, email, origin_of(request), timezone.now(), delay=limit.delay
        )
        transaction.on_commit(tasks.enqueue)
    if not is_asked:
        form = NewAddressForm(subscriber=subscriber)
        return _render(request, subscriber, token, form, is_asked_often=True)
    return done(token, "", page="subscribers:address")


def _render(
    request: HttpRequest,
    subscriber: Subscriber,
    token: str,
    form: NewAddressForm,
    *,
    is_asked_often: bool = False,
) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render_account(
        request,
        "address",
        subscriber,
        token,
        status=HTTPStatus.TOO_MANY_REQUESTS if is_asked_often else status,
        form=form,
        change=pending_change(subscriber, timezone.now()),
        is_asked_often=is_asked_often,
        days=settings.CONFIRM_DAYS,
        undo_days=tokens.MOVE_BACK_WITHIN.days,
    )


@public_page
def move_page(request: HttpRequest, token: str = "") -> HttpResponse:
    """Behind the link in the mail to the new address. Only its button changes the address."""
    days = timedelta(days=settings.CONFIRM_DAYS)
    return _change_page(request, "move", token, days, confirm_change)


@public_page
def move_back_page(request: HttpRequest, token: str = "") -> HttpResponse:
    """Behind the link in the mail to the old address. Only its button takes the change back."""
    return _change_page(request, "move_back", token, tokens.MOVE_BACK_WITHIN, undo_change)


def _change_page(
    request: HttpRequest, purpose: tokens.ChangePurpose, token: str, max_age: timedelta, act: Act
) -> HttpResponse:
    try:
        change = tokens.read_change(purpose, token, max_age=max_age)
    except tokens.ExpiredToken:
        return invalid_link(request, "move", HTTPStatus.GONE)
    except tokens.BadToken:
        return invalid_link(request, "move")
    if request.method != "POST":
        return _show(request, purpose, change)
    try:
        act(change, origin_of(request), timezone.now())
    except NotNow as refusal:
        return render_page(
            request, "account/not_moved", HTTPStatus.CONFLICT, change=change, reason=refusal.reason
        )
    except Subscriber.DoesNotExist:  # erased at this moment
        return invalid_link(request, "move")
    transaction.on_commit(tasks.enqueue)
    return _show(request, purpose, change)


def _show(
    request: HttpRequest, purpose: tokens.ChangePurpose, change: AddressChange
) -> HttpResponse:
    """What the button does, or that it is done; a change that has ended cannot be made."""
    address = change.new_email if purpose == "move" else change.old_email
    is_done = bool(change.confirmed_at) and change.subscriber.email == address
    is_possible = is_done or (
        change.ended_at is None and bool(change.confirmed_at) == (purpose == "move_back")
    )
    if not is_possible:
        return render_page(
            request, "account/not_moved", HTTPStatus.CONFLICT, change=change, reason="ended"
        )
    return render_page(
        request,
        f"account/{purpose}",
        change=change,
        is_done=is_done,
        # Who opens this link reads the mails of the address.
        preferences=preferences_url(change.subscriber) if is_done else "",
    )
