"""A reader's own page: everything they chose, and the verbs that take one press."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from papers.models import Topic
from subscribers import tokens
from subscribers.account.change_address import pending_change
from subscribers.account.feed_address import renew_feed
from subscribers.account.frequency import less_often, set_cadence
from subscribers.account.interests import FIELDS, add_terms, remove_term
from subscribers.account.pause import pause, resume
from subscribers.consent import origin_of
from subscribers.models import Subscriber
from subscribers.pages.account.forms import DigestForm, PauseForm, TermForm
from subscribers.pages.account.page import account_page, done, render_account
from subscribers.pages.account.tags import tag_groups
from subscribers.preferences import change, preferences_of
from subscribers.single_mails.timetable import in_words


@account_page
def overview_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """GET shows everything they chose; POST changes topics, timetable and size."""
    if request.method != "POST":
        return _render(request, subscriber, token)
    start = preferences_of(subscriber)
    form = DigestForm(request.POST, start=start)
    if not form.is_valid() or "preview" in request.POST:
        return _render(request, subscriber, token, choices=form)
    change(subscriber, form.preferences, origin_of(request), timezone.now())
    return done(token, "saved")


@account_page
def words_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST adds terms (`add_keywords`, …) or removes one (`remove`: "keywords:the term")."""
    field, _, term = request.POST.get("remove", "").partition(":")
    now = timezone.now()
    if field in FIELDS:
        remove_term(subscriber, field, term, origin_of(request), now)
        return done(token, "saved", at=field)
    added = next((field for field in FIELDS if f"add_{field}" in request.POST), None)
    if added is None:
        return done(token, "", at="keywords")
    start = preferences_of(subscriber)
    form = TermForm(added, request.POST, start=start)
    if not form.is_valid():
        return _render(request, subscriber, token, terms=form)
    add_terms(subscriber, added, form.added, origin_of(request), now)
    return done(token, "saved", at=added)


@account_page
def pause_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST pauses the digests until a day."""
    if request.method != "POST":
        return done(token, "", at="pause")
    now = timezone.now()
    form = PauseForm(request.POST, subscriber=subscriber, now=now)
    if not form.is_valid():
        return _render(request, subscriber, token, pausing=form)
    pause(subscriber, form.until, origin_of(request), now)
    return done(token, "paused")


@account_page
def resume_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST ends the pause."""
    if request.method == "POST" and resume(subscriber, origin_of(request), timezone.now()):
        return done(token, "resumed")
    return done(token, "")


@account_page
def cadence_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST changes how often digests come (`cadence`); the next page offers to undo it."""
    cadence, before = request.POST.get("cadence", ""), subscriber.cadence
    if request.method != "POST" or cadence not in Subscriber.Cadence.values:
        return done(token, "", at="pause")
    if set_cadence(subscriber, cadence, origin_of(request), timezone.now()):
        return done(token, "cadence", was=before)
    return done(token, "")


@account_page
def feed_page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """POST gives the private feed a new address."""
    if request.method != "POST":
        return done(token, "", at="feed")
    renew_feed(subscriber, timezone.now())
    return done(token, "feed", at="feed")


def _render(
    request: HttpRequest,
    subscriber: Subscriber,
    token: str,
    *,
    choices: DigestForm | None = None,
    terms: TermForm | None = None,
    pausing: PauseForm | None = None,
) -> HttpResponse:
    """The whole page; one of the forms may have something to put right."""
    now, chosen = timezone.now(), preferences_of(subscriber)
    is_wrong = bool(terms or pausing or (choices and not choices.is_valid()))
    was = request.GET.get("was", "")
    return render_account(
        request,
        "overview",
        subscriber,
        token,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK,
        topics=Topic.objects.filter(is_active=True, slug__in=chosen.topics),
        timetable=in_words(chosen),
        choices=choices or DigestForm(start=chosen),
        is_preview=bool(choices) and "preview" in request.POST,
        terms=terms,
        groups=tag_groups(chosen, now, terms),
        pausing=pausing or PauseForm(subscriber=subscriber, now=now),
        is_paused=subscriber.is_paused(now),
        rarer=less_often(subscriber.cadence),
        was=was if was in Subscriber.Cadence.values and was != subscriber.cadence else "",
        change=pending_change(subscriber, now),
        feed_token=tokens.make("feed", subscriber),
    )
