"""What the links of a digest open. GET shows, POST acts: mail scanners follow every link."""

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
from newsletter.editions.compose import page_of
from newsletter.editions.loaded import rebuild
from newsletter.editions.tokens import BadToken, read_token
from newsletter.models import ArchivedDelivery, Candidate, Delivery
from subscribers.consent import origin_of
from subscribers.models import ConsentEntry
from subscribers.signed_pages import preferences_url, public_page
from subscribers.unsubscribe import unsubscribe as leave

# A mail is self-contained: style attributes, links, nothing else.
_MAIL_POLICY: Final = {"style-src": ["'unsafe-inline'"], "default-src": ["'none'"]}
_ONE_CLICK: Final = {"List-Unsubscribe": "One-Click"}  # the body that RFC 8058 prescribes


@public_page  # a mail program has no cookie; the token in the address is the proof
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks; POST unsubscribes at once, from the page's button or a mail program's one click.

    A reader who was erased since, or has left already, gets the same 200.
    """
    reader = _delivery(token).subscriber
    if request.method != "POST":
        return render(request, "pages/subscribers/unsubscribe.html")
    is_one_click = _ONE_CLICK.items() <= request.POST.dict().items()
    step = ConsentEntry.Step.ONE_CLICK if is_one_click else ConsentEntry.Step.UNSUBSCRIBED
    if reader:
        leave(reader, step=step, origin=origin_of(request), now=timezone.now())
    if is_one_click:
        return HttpResponse("You are unsubscribed.\n", content_type="text/plain")
    back = {"preferences_url": preferences_url(reader)} if reader else {}
    return render(request, "pages/subscribers/goodbye.html", back)


@require_safe
@never_cache
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """On to the reader's own preference page."""
    reader = _delivery(token).subscriber
    if reader is None:
        raise Http404("This reader is gone.")
    return redirect(preferences_url(reader))


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
    mail = HttpResponse(digest.html, headers={"X-Robots-Tag": "noindex"})
    return csp_replace(_MAIL_POLICY)(lambda _request: mail)(request)


def _no_longer_kept(request: HttpRequest, delivery: ArchivedDelivery) -> HttpResponse:
    told = {
        "edition": delivery.edition,
        "edition_path": page_of(delivery.edition),
        "days": settings.LEDGER_RETENTION_DAYS,
    }
    page = "pages/newsletter/no_longer_kept.html"
    return render(request, page, told, status=HTTPStatus.GONE)


@require_safe
def follow(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """On to a paper's page, its arXiv abstract or its code: only where the edition points."""
    position, kind = links.resolve(number)
    edition_id = _delivery(token).edition_id
    candidate = get_object_or_404(Candidate, edition_id=edition_id, position=position)
    target = candidate.facts.get(f"{kind}_url")
    if not target:
        raise Http404("The paper has no such link.")
    return redirect(candidate.paper if kind == "page" else target)


def _delivery(token: str) -> Delivery | ArchivedDelivery:
    """From the ledger, or from the archive: there it is before it leaves the ledger."""
    try:
        number = read_token(token)
    except BadToken as error:
        raise Http404("This link is not complete.") from error
    kept = Delivery.objects.select_related("subscriber", "edition").filter(pk=number).first()
    archived = ArchivedDelivery.objects.select_related("subscriber", "edition")
    return kept or get_object_or_404(archived, pk=number)
