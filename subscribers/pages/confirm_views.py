"""The page behind the mailed link: the choices, and the one button that confirms."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from subscribers.confirm import SuppressedAddress, confirm, proposal
from subscribers.consent import origin_of
from subscribers.models import Feedback, SeedRequest, Subscriber
from subscribers.pages.answers import render_page, see_other
from subscribers.pages.forms import ChoicesForm, has_choices
from subscribers.pages.named_papers.pasted import (
    PastedPapers,
    is_pasted,
    is_too_often,
    pasted_papers,
    refused,
    takes_file,
)
from subscribers.pages.signed_pages import papers_url, preferences_url, signed_page
from subscribers.pages.wording.understood import understood
from subscribers.pages.wording.when import slot_in_words
from subscribers.preferences import Preferences, preferences_of
from subscribers.seeds.name import name_papers
from subscribers.tasks import enqueue_look_up

State = Subscriber.State


@takes_file
@signed_page("confirm")
def confirm_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Behind the mailed link. GET shows the choices and the button; only the button confirms.

    With `preview` a POST shows a digest of the choices, and with `read_papers` what was understood
    of the papers that the reader likes; neither stores anything.
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
    pasted = _pasted(request, subscriber) if is_posted else PastedPapers()
    is_right = (not form.is_bound or form.is_valid()) and not pasted.error
    is_preview, is_reading = "preview" in request.POST, "read_papers" in request.POST
    if is_posted and is_right and not (is_preview or is_reading):
        chosen = form.preferences if form.is_bound else proposed.preferences
        try:
            _confirm(request, subscriber, chosen, pasted)
        except SuppressedAddress:
            return render_page(request, "suppressed", HTTPStatus.CONFLICT, subscriber=subscriber)
        return see_other("subscribers:confirm", token)
    return render_page(
        request,
        "confirm",
        HTTPStatus.OK if is_right or is_reading else HTTPStatus.UNPROCESSABLE_ENTITY,
        subscriber=subscriber,
        choices=form,
        pasted=pasted,
        is_reading=is_reading and not pasted.is_empty,
        is_preview=is_preview and form.is_bound and is_right,
        understood=[] if form.is_bound else understood(proposed.preferences),
    )


def _pasted(request: HttpRequest, subscriber: Subscriber) -> PastedPapers:
    """What the form names; unread after too many lists, since reading a large one takes long."""
    if is_pasted(request) and is_too_often(subscriber):
        return refused(request)
    return pasted_papers(request)


def _confirm(
    request: HttpRequest, subscriber: Subscriber, chosen: Preferences, pasted: PastedPapers
) -> None:
    """Start the digests, and store the papers that the reader likes; both or neither.

    Raises:
        SuppressedAddress: the address must get no mail.
    """
    now = timezone.now()
    with transaction.atomic():
        confirm(subscriber, chosen, origin_of(request), now, welcomes=settings.WELCOME_DIGEST)
        if not pasted.is_empty:
            name_papers(subscriber, pasted.matched, now)
            enqueue_look_up()


def _render_confirmed(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    return render_page(
        request,
        "confirmed",
        subscriber=subscriber,
        slot=slot_in_words(subscriber.cadence, subscriber.weekday, subscriber.hour),
        preferences=preferences_url(subscriber),
        papers_url=papers_url(subscriber),
        liked=subscriber.feedback.filter(kind=Feedback.Kind.SEED).count(),
        waiting=subscriber.seed_requests.filter(state=SeedRequest.State.WAITING).count(),
        understood=understood(preferences_of(subscriber)),
    )
