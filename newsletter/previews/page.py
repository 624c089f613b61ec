"""`/preview/`: the digest that some choices would have brought. It needs no address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from newsletter.editions.personalize import Interests
from newsletter.previews.digest import preview
from subscribers.pages.forms import ChoicesForm
from subscribers.preferences import Preferences
from web.rate_limit import hit

# Of one network. Each takes some milliseconds, and the page asks after each change of a choice.
_RATE: Final = "150/5 minutes"


@csrf_exempt  # it changes nothing, and the pages with its form have no cookie
@never_cache
@require_POST
def preview_page(request: HttpRequest) -> HttpResponse:
    """The digest as a page of its own; with `?part` as a part of one, for static/preview.js.

    422 when a choice cannot be used, 429 above the limit of a network; both say so.
    """
    choices = ChoicesForm(request.POST, start=Preferences(), asks_zone=True)
    found = preview_of(choices, request.META.get("REMOTE_ADDR", ""))
    status = HTTPStatus.OK
    if found["is_refused"]:
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif choices.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    name = "_preview" if "part" in request.GET else "preview"
    return render(request, f"pages/newsletter/{name}.html", found, status=status)


def preview_of(choices: ChoicesForm, ip: str) -> dict[str, Any]:
    """The values of pages/newsletter/_preview.html for a bound form of choices.

    Counts one preview of the network of `ip`; above the limit nothing is computed.
    """
    quota = hit("preview", _RATE, ip)
    if quota is not None and not quota.is_kept:
        return {"is_refused": True}
    if not choices.is_valid():
        return {"is_refused": False, "errors": choices.errors}
    chosen = choices.preferences
    minimum = settings.DIGEST_MINIMUM
    return {
        "is_refused": False,
        "preview": preview(chosen.cadence, _interests(chosen), chosen.language, minimum=minimum),
        "chosen": chosen,
    }


def _interests(chosen: Preferences) -> Interests:
    return Interests(
        topics=chosen.topics,
        keywords=chosen.keywords,
        authors=chosen.authors,
        muted=chosen.muted,
        size=chosen.digest_size,
    )
