"""What the links of a digest open. GET shows, POST acts: mail scanners follow every link."""

from __future__ import annotations

from typing import Final

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter import links
from newsletter.models import Candidate, Delivery
from newsletter.press import rebuild
from newsletter.tokens import BadToken, read_token
from subscribers.links import preferences_url, public_page
from subscribers.models import ConsentEntry
from subscribers.preferences import unsubscribe as leave
from subscribers.trail import of_request

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
        leave(reader, step=step, trail=of_request(request), now=timezone.now())
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
@csp_replace(_MAIL_POLICY)  # type: ignore[arg-type]
def browser(request: HttpRequest, token: str) -> HttpResponse:
    """The digest as it was sent, rebuilt from the ledger."""
    delivery = _delivery(token)
    try:
        digest = rebuild(delivery, to="")
    except LookupError as error:
        raise Http404("There is no mail behind this link.") from error
    return HttpResponse(digest.html, headers={"X-Robots-Tag": "noindex"})


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


def _delivery(token: str) -> Delivery:
    try:
        number = read_token(token)
    except BadToken as error:
        raise Http404("This link is not complete.") from error
    return get_object_or_404(Delivery.objects.select_related("subscriber", "edition"), pk=number)
