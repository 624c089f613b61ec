"""The pages behind the links of a digest. GET changes nothing: mail scanners follow every link."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from csp.decorators import csp_replace
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
from newsletter.editions.windows import page_of
from newsletter.models import ArchivedDelivery, Candidate, Delivery
from subscribers.consent import origin_of
from subscribers.models import ConsentEntry
from subscribers.pages.signed_pages import (
    invalid_link,
    mail_program_page,
    preferences_url,
)
from subscribers.unsubscribe import unsubscribe as leave

# A mail is self-contained: style attributes, links, nothing else.
_MAIL_POLICY: Final = {"style-src": ["'unsafe-inline'"], "default-src": ["'none'"]}
_BUTTON: Final = "by=button"  # the query of our own button


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
        return render(request, "pages/subscribers/unsubscribe.html", {"action": f"?{_BUTTON}"})
    # Not request.GET: it is decoded by the charset that the request names, which may be none.
    is_button = request.META.get("QUERY_STRING") == _BUTTON
    step = ConsentEntry.Step.UNSUBSCRIBED if is_button else ConsentEntry.Step.ONE_CLICK
    if subscriber:
        leave(subscriber, step=step, origin=origin_of(request), now=timezone.now())
    if not is_button:
        return HttpResponse("You are unsubscribed.\n", content_type="text/plain")
    # Not to the preferences: this link's token unsubscribes and opens nothing else.
    again = {"again_url": reverse("subscribers:sign_up")}
    return render(request, "pages/subscribers/goodbye.html", again)


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
    page = digest.body.whole_html(opened.token, "", "")
    headers = {"X-Robots-Tag": "noindex", "Content-Language": digest.body.language}
    mail = HttpResponse(page, headers=headers)
    return csp_replace(_MAIL_POLICY)(lambda _request: mail)(request)


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
