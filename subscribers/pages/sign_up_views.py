"""The pages where people give their address, and are sent to their inbox.

The shortest way has one field: the front page sends an address, the mail brings a link, and the
page behind the link holds the choices and the one button. The longer form at /subscribe/ shows
the choices too; they are kept in the row of the mail and are shown filled in on that page.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from subscribers import tasks
from subscribers.consent import origin_of
from subscribers.mail_limits import allow_mail_to
from subscribers.pages.answers import render_page
from subscribers.pages.even_time import even_time
from subscribers.pages.forms import ChoicesForm, SignUpForm, has_choices, let_browser_set_timezone
from subscribers.pages.honeypot import Sender, sender
from subscribers.pages.signed_pages import public_page
from subscribers.pages.understood import understood
from subscribers.preferences import Preferences, from_json
from subscribers.signup import sign_up
from web.counters import count
from web.time_zones import same_zone


@public_page
def sign_up_page(request: HttpRequest) -> HttpResponse:
    """The longer form; a POST of an address alone, or with choices, is a sign-up."""
    if request.method != "POST":
        return render_page(request, "sign_up", form=SignUpForm(), choices=_empty_choices())
    form = SignUpForm(request.POST)
    choices = ChoicesForm(request.POST, start=Preferences()) if has_choices(request.POST) else None
    if (who := sender(request.POST.dict(), time.time())) != "person":
        return _answer_unasked(request, who, form, choices)
    if not form.is_valid() or not (choices is None or choices.is_valid()):
        return render_page(
            request,
            "sign_up",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            form=form,
            choices=choices or _empty_choices(),
        )
    draft = choices.preferences.as_json() if choices else _draft_with_zone(request)
    return start_sign_up(request, form.cleaned_data["email"], draft)


def _answer_unasked(
    request: HttpRequest, who: Sender, form: SignUpForm, choices: ChoicesForm | None
) -> HttpResponse:
    """Nothing is stored. A machine gets the usual answer; who was only fast may press again."""
    count("sign_ups", "dropped as a machine" if who == "machine" else "asked again")
    if who == "machine":
        return _render_check_inbox(request, str(form["email"].value() or ""))
    return render_page(
        request,
        "sign_up",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        form=form,
        choices=choices or _empty_choices(),
        is_asked_again=True,
    )


def start_sign_up(request: HttpRequest, email: str, draft: Mapping[str, Any]) -> HttpResponse:
    limit = allow_mail_to(email, request.META.get("REMOTE_ADDR", ""))
    if limit.is_refused:
        return render_page(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, limit=limit)
    with even_time(), transaction.atomic():
        sign_up(email, draft, origin_of(request), timezone.now(), delay=limit.delay)
        # The task is queued for every address: the time it takes would reveal a difference.
        transaction.on_commit(tasks.enqueue)
    return _render_check_inbox(request, email, draft, minutes=limit.minutes)


def _render_check_inbox(
    request: HttpRequest, email: str, draft: Mapping[str, Any] | None = None, *, minutes: int = 0
) -> HttpResponse:
    return render_page(
        request,
        "check_inbox",
        address=email,
        days=settings.CONFIRM_DAYS,
        minutes=minutes,
        understood=understood(from_json(draft or {})),
    )


def _empty_choices() -> ChoicesForm:
    form = ChoicesForm(start=Preferences())
    let_browser_set_timezone(form)
    return form


def _draft_with_zone(request: HttpRequest) -> dict[str, Any]:
    """The short form may send the browser's zone too; one that does not exist is left out."""
    zone = same_zone(request.POST.get("timezone", ""))
    return {"timezone": zone} if zone else {}
