"""The pages where people give their address, and are sent to their inbox.

The shortest way has one field: the front page sends an address, the mail brings a link, and the
page behind the link holds the choices and the one button. The longer form at /subscribe/ holds
the choices too, folded; they are kept in the row of the mail and are shown filled in on that page.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import get_language

from subscribers import tasks
from subscribers.consent import origin_of
from subscribers.mail_limits import allow_mail_to
from subscribers.pages.answers import render_page
from subscribers.pages.even_time import even_time
from subscribers.pages.forms import ChoicesForm, SignUpForm, has_choices
from subscribers.pages.honeypot import Sender, sender
from subscribers.pages.inbox import carried, mail_in_words
from subscribers.pages.short_form import draft_of
from subscribers.pages.signed_pages import public_page
from subscribers.pages.wording.understood import understood
from subscribers.preferences import Preferences, from_json
from subscribers.signup import sign_up
from web.counters import count
from web.languages import DEFAULT_LANGUAGE, usable_language


@public_page
def sign_up_page(request: HttpRequest) -> HttpResponse:
    """The longer form; a POST of an address alone, or with choices, is a sign-up.

    With `edit` the form is shown filled in, and with `preview` beside a digest of these choices;
    neither stores anything.
    """
    typed = request.POST
    if request.method != "POST":
        return _render_form(request, SignUpForm(), _choices(request, is_bound=False))
    if "edit" in typed:
        form = SignUpForm(typed, asks=True)
        form.forget_errors()
        return _render_form(request, form, _choices(request), is_edited=True)
    if "preview" in typed:
        form = SignUpForm(typed, asks=True)
        form.forget_errors()
        return _render_preview(request, form, _choices(request))
    return _answer_sign_up(request, SignUpForm(typed, asks=True))


def _answer_sign_up(request: HttpRequest, form: SignUpForm) -> HttpResponse:
    """Most give an address only: the form of choices, a quarter of the cost, is not made then."""
    typed, who = request.POST, sender(request.POST.dict(), time.time())
    is_short = not has_choices(typed)
    if who == "person" and is_short and form.is_valid():
        return start_sign_up(request, form.cleaned_data["email"], _short_draft(typed))
    choices = _choices(request)
    if who != "person":
        return _answer_unasked(request, who, form, choices)
    if is_short or not form.is_valid() or not choices.is_valid():
        return _render_form(request, form, choices, HTTPStatus.UNPROCESSABLE_ENTITY)
    return start_sign_up(request, form.cleaned_data["email"], choices.draft)


def start_sign_up(request: HttpRequest, email: str, draft: Mapping[str, Any]) -> HttpResponse:
    """Queue the mail that answers a sign-up, and show where it went; or refuse (429).

    The answer is the same for every address: known, unknown or suppressed.
    """
    limit = allow_mail_to(email, request.META.get("REMOTE_ADDR", ""))
    if limit.is_refused:
        return render_page(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, limit=limit)
    with even_time(), transaction.atomic():
        sign_up(email, draft, origin_of(request), timezone.now(), delay=limit.delay)
        # The task is queued for every address: the time it takes would reveal a difference.
        transaction.on_commit(tasks.enqueue)
    return _render_check_inbox(request, email, draft, minutes=limit.minutes)


def _choices(request: HttpRequest, *, is_bound: bool = True) -> ChoicesForm:
    """The choices as they were sent; else empty, but for what the page or the address names."""
    nothing = Preferences(language=_language())
    if is_bound and has_choices(request.POST):
        return ChoicesForm(request.POST, start=nothing, asks_zone=True)
    named = draft_of(request.POST if is_bound else request.GET)
    return ChoicesForm(start=from_json(named, nothing), asks_zone="timezone" not in named)


def _short_draft(data: QueryDict) -> dict[str, Any]:
    """What the short form says. The language of the page is added where it is not the default:
    a reader who once chose another one and comes back by an English page keeps theirs.
    """
    language = _language()
    return draft_of(data) | ({"language": language} if language != DEFAULT_LANGUAGE else {})


def _language() -> str:
    """That of the page, for the mails too."""
    return usable_language(get_language() or "")


def _answer_unasked(
    request: HttpRequest, who: Sender, form: SignUpForm, choices: ChoicesForm
) -> HttpResponse:
    """Nothing is stored. A machine gets the usual answer; who was only fast may press again."""
    count("sign_ups", "dropped as a machine" if who == "machine" else "asked again")
    if who == "machine":
        return _render_check_inbox(request, str(form["email"].value() or ""))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _render_form(request, form, choices, status, is_asked_again=True)


def _render_preview(request: HttpRequest, form: SignUpForm, choices: ChoicesForm) -> HttpResponse:
    is_right = choices.is_bound and choices.is_valid()
    status = HTTPStatus.OK if is_right else HTTPStatus.UNPROCESSABLE_ENTITY
    return _render_form(request, form, choices, status, is_preview=is_right)


def _render_form(
    request: HttpRequest,
    form: SignUpForm,
    choices: ChoicesForm,
    status: HTTPStatus = HTTPStatus.OK,
    **context: object,
) -> HttpResponse:
    values = {
        "form": form,
        "choices": choices,
        "is_open": _is_open(choices),
        "named": choices.named,
        **context,
    }
    return render_page(request, "sign_up", status, **values)


def _is_open(choices: ChoicesForm) -> bool:
    """Whether the choices are unfolded: where something was chosen or has to be put right."""
    if not choices.is_bound:
        return choices.follows_something
    return not choices.is_valid() or not choices.preferences.is_default


def _render_check_inbox(
    request: HttpRequest, email: str, draft: Mapping[str, Any] | None = None, *, minutes: int = 0
) -> HttpResponse:
    chosen = from_json(draft or {})
    return render_page(
        request,
        "check_inbox",
        address=email,
        days=settings.CONFIRM_DAYS,
        minutes=minutes,
        mail=mail_in_words(),
        carried=carried(request.POST),
        is_again="again" in request.POST,
        has_choices=not chosen.is_default,
        understood=understood(chosen),
    )
