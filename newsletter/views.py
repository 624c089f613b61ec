"""The pages behind the links of a digest. GET changes nothing: mail scanners follow every link."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter.editions import links
from newsletter.editions.loaded_edition import rebuild
from newsletter.editions.tokens import BadToken, read_token
from newsletter.editions.windows import page_of
from newsletter.models import ArchivedDelivery, Candidate, Delivery
from subscribers.consent import origin_of
from subscribers.models import ConsentEntry
from subscribers.pages.signed_pages import preferences_url, public_page
from subscribers.unsubscribe import unsubscribe as leave

# A mail is self-contained: style attributes, links, nothing else.
_MAIL_POLICY: Final = {"style-src": ["'unsafe-inline'"], "default-src": ["'none'"]}
_ONE_CLICK: Final = {"List-Unsubscribe": "One-Click"}  # the body that RFC 8058 prescribes


@public_page  # a mail program has no cookie; the token in the URL is the proof
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST unsubscribes at once, from that button or by RFC 8058's one click.

    The answer is 200 also when the subscriber was erased or has unsubscribed already.
    """
    subscriber = _delivery(token).subscriber
    if request.method != "POST":
        return render(request, "pages/subscribers/unsubscribe.html")
    is_one_click = _ONE_CLICK.items() <= request.POST.dict().items()
    step = ConsentEntry.Step.ONE_CLICK if is_one_click else ConsentEntry.Step.UNSUBSCRIBED
    if subscriber:
        leave(subscriber, step=step, origin=origin_of(request), now=timezone.now())
    if is_one_click:
        return HttpResponse("You are unsubscribed.\n", content_type="text/plain")
    back = {"preferences_url": preferences_url(subscriber)} if subscriber else {}
    return render(request, "pages/subscribers/goodbye.html", back)


@require_safe
@never_cache
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Redirect to the subscriber's own preference page."""
    subscriber = _delivery(token).subscriber
    if subscriber is None:
        raise Http404("This subscription was deleted.")
    return redirect(preferences_url(subscriber))


@require_safe
@never_cache
def browser(request: HttpRequest, token: str) -> HttpResponseBase:
    """The digest as it was sent, rebuilt from the ledger; 410 when it is too old for that."""
    delivery = _delivery(token)
    if isinstance(delivery, ArchivedDelivery):
        return _no_longer_kept(request, delivery)
    try:
        digest = rebuild(delivery, to="")
    except LookupError as error:
        raise Http404("There is no mail behind this link.") from error
    mail = HttpResponse(digest.whole_html, headers={"X-Robots-Tag": "noindex"})
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
def follow(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Redirect to a paper's page, its arXiv abstract or its code, as the edition stores them."""
    position, kind = links.resolve(number)
    edition_id = _delivery(token).edition_id
    candidate = get_object_or_404(Candidate, edition_id=edition_id, position=position)
    target = candidate.facts.get(f"{kind}_url")
    if not target:
        raise Http404("The paper has no such link.")
    return redirect(candidate.paper if kind == "page" else target)


def _delivery(token: str) -> Delivery | ArchivedDelivery:
    """From the ledger, else from the archive: a row is copied there before the ledger drops it."""
    try:
        number = read_token(token)
    except BadToken as error:
        raise Http404("This link is not complete.") from error
    kept = Delivery.objects.select_related("subscriber", "edition").filter(pk=number).first()
    archived = ArchivedDelivery.objects.select_related("subscriber", "edition")
    return kept or get_object_or_404(archived, pk=number)
