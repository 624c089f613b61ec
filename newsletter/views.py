"""The pages behind the links of a digest. GET changes nothing: mail scanners follow every link."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter.editions import links
from newsletter.editions.loaded_edition import rebuild
from newsletter.editions.open_link import OpenedLink, open_link
from newsletter.editions.tokens import TOKEN_LENGTH, BadToken, make_tokens
from newsletter.editions.windows import days_in_words, page_of
from newsletter.fewer_mails import ACTIONS, WANTED, buttons, one_button, send_fewer
from newsletter.models import ArchivedDelivery, Candidate, Delivery
from newsletter.pages.mail_page import mail_part
from subscribers.consent import origin_of
from subscribers.models import ConsentEntry, Subscriber
from subscribers.pages.account.leaving import undo_url
from subscribers.pages.signed_pages import (
    invalid_link,
    mail_program_page,
    preferences_url,
)
from subscribers.unsubscribe import unsubscribe as leave

# The query of our own button. A mail program's one click has none.
_BUTTON: Final = "by=button"
_LEFT: Final = (Subscriber.State.UNSUBSCRIBED, Subscriber.State.SUPPRESSED)


@mail_program_page  # a mail program has no cookie; the token in the URL is the proof
def unsubscribe(request: HttpRequest, token: str = "") -> HttpResponse:
    """GET shows a button; POST unsubscribes at once, from that button or by RFC 8058's one click.

    A mail program may send any body under any content type, or none. So the body is not read, and
    nothing in it can fail. The answer is 200 also when the subscriber was erased or has
    unsubscribed already.
    """
    try:
        subscriber = open_link("unsubscribe", token).subscriber
    except BadToken:
        return invalid_link(request, "unsubscribe")
    if request.method != "POST":
        return _ask_to_unsubscribe(request, subscriber)
    # Not request.GET: it is decoded by the charset that the request names, which may be none.
    button = request.META.get("QUERY_STRING", "")
    now, origin = timezone.now(), origin_of(request)
    if subscriber and button in ACTIONS:
        done = send_fewer(subscriber, ACTIONS[button], origin, now)
        return render(request, "pages/subscribers/fewer_mails.html", done)
    is_button = button == _BUTTON
    step = ConsentEntry.Step.UNSUBSCRIBED if is_button else ConsentEntry.Step.ONE_CLICK
    has_left = subscriber and leave(subscriber, step=step, origin=origin, now=now)
    if not is_button:
        return HttpResponse("You are unsubscribed.\n", content_type="text/plain")
    # Not to the preferences: this link's token unsubscribes and opens nothing else.
    again = {"again_url": reverse("subscribers:sign_up")}
    undo = {"undo_url": undo_url(subscriber)} if subscriber and has_left else again
    return render(request, "pages/subscribers/goodbye.html", undo)


def _ask_to_unsubscribe(request: HttpRequest, subscriber: Subscriber | None) -> HttpResponse:
    """The button, and what else would mean fewer mails; or that this was done already."""
    if subscriber is None or subscriber.state in _LEFT:
        again = {"again_url": reverse("subscribers:sign_up")}
        return render(request, "pages/subscribers/goodbye.html", again)
    is_active = subscriber.state == Subscriber.State.ACTIVE
    wanted = WANTED.get(request.META.get("QUERY_STRING", ""))
    if wanted and is_active:
        context = one_button(subscriber, wanted) | {"unsubscribe_url": request.path}
        return render(request, "pages/subscribers/fewer.html", context)
    context = {"action": f"?{_BUTTON}"} | (buttons(subscriber) if is_active else {})
    return render(request, "pages/subscribers/unsubscribe.html", context)


@require_safe
@never_cache
def preferences(request: HttpRequest, token: str = "") -> HttpResponse:
    """Redirect to the subscriber's own preference page."""
    try:
        subscriber = open_link("preferences", token).subscriber
    except BadToken:
        subscriber = None
    return (
        redirect(preferences_url(subscriber))
        if subscriber
        else invalid_link(request, "preferences")
    )


@require_safe
@never_cache
def browser(request: HttpRequest, token: str = "") -> HttpResponseBase:
    """The digest as it was sent, for its reader and everyone to whom they pass on the address.

    Its links to unsubscribe and to the preferences hold no token: they lead to the page that sends
    a link by mail. 410 when the digest is too old to be rebuilt.
    """
    try:
        opened = open_link("read", token)
        if isinstance(opened.delivery, ArchivedDelivery):
            return _no_longer_kept(request, opened.delivery)
        return _digest_page(request, opened)
    except (BadToken, LookupError):
        return invalid_link(request, "read")


def _digest_page(request: HttpRequest, opened: OpenedLink) -> HttpResponseBase:
    """The rebuilt mail under the token to read.

    Raises:
        LookupError: it cannot be rebuilt, or its reader was erased.
    """
    delivery, subscriber = opened.delivery, opened.subscriber
    if not isinstance(delivery, Delivery) or subscriber is None:
        raise LookupError("erased")
    digest = rebuild(delivery, to="")
    if len(opened.token) != TOKEN_LENGTH:  # an old one also unsubscribes: not an address to show
        own = make_tokens(delivery.pk, subscriber.pk, subscriber.secret, digest.dated_at)
        return redirect("newsletter:browser", own.read)
    context = {
        "days": days_in_words(delivery.edition),
        "language": digest.body.language,
        "mail": mail_part(digest.body.whole_html(opened.token, "", "")),
    }
    response = render(request, "pages/newsletter/digest.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _no_longer_kept(request: HttpRequest, delivery: ArchivedDelivery) -> HttpResponse:
    context = {
        "edition": delivery.edition,
        "edition_path": page_of(delivery.edition),
        "days": settings.LEDGER_RETENTION_DAYS,
    }
    page = "pages/newsletter/no_longer_kept.html"
    return render(request, page, context, status=HTTPStatus.GONE)


@require_safe
def follow(request: HttpRequest, token: str = "") -> HttpResponse:
    """Redirect to a paper's page, its arXiv abstract or its code, as the edition stores them.

    `token` is "TOKEN/NUMBER"; without its number the link leads to the whole digest.
    """
    try:
        opened = open_link("read", token, is_numbered=True)
    except BadToken:
        return invalid_link(request, "paper")
    if opened.number is None:
        return redirect("newsletter:browser", opened.token)
    position, kind = links.resolve(opened.number)
    edition_id = opened.delivery.edition_id if opened.delivery else None
    found = Candidate.objects.select_related("paper").filter(edition=edition_id, position=position)
    candidate = found.first()
    target = str(candidate.facts.get(f"{kind}_url") or "") if candidate else ""
    if candidate and target and kind == "page":
        return redirect(candidate.paper)
    # Not by `redirect`, which takes a text that is no address for the name of a view of ours.
    if target.startswith(("https://", "http://")):
        return HttpResponseRedirect(target)
    return invalid_link(request, "paper")
