"""`/preview/`: the digest that some choices would have brought. It needs no address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from newsletter.editions.personalize import Interests
from newsletter.editions.profile import Profile
from newsletter.previews.digest import preview
from newsletter.previews.named_papers import profile_of_named
from subscribers.pages.forms import ChoicesForm
from subscribers.pages.named_papers.pasted import PastedPapers, pasted_papers
from subscribers.preferences import Preferences
from web.rate_limit import hit

# Of one network. Each takes some milliseconds, and the page asks after each change of a choice.
_RATE: Final = "150/5 minutes"
_LONGEST: Final = 20_000  # characters of pasted papers: more would take a process too long


@csrf_exempt  # it changes nothing, and the pages with its form have no cookie
@never_cache
@require_POST
def preview_page(request: HttpRequest) -> HttpResponse:
    """The digest as a page of its own; with `?part` as a part of one, for static/preview.js.

    `pasted` names papers that the reader likes, as on the page that confirms an address.

    422 when a choice cannot be used, 429 above the limit of a network; both say so.
    """
    choices = ChoicesForm(request.POST, start=Preferences(), asks_zone=True)
    named = partial(pasted_papers, request, most=_LONGEST)
    found = preview_of(choices, request.META.get("REMOTE_ADDR", ""), named)
    status = HTTPStatus.OK
    if found["is_refused"]:
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif choices.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    name = "_preview" if "part" in request.GET else "preview"
    return render(request, f"pages/newsletter/{name}.html", found, status=status)


def preview_of(
    choices: ChoicesForm, ip: str, named: Callable[[], PastedPapers] = PastedPapers
) -> dict[str, Any]:
    """The values of pages/newsletter/_preview.html for a bound form of choices.

    Counts one preview of the network of `ip`; above the limit nothing is computed, nor `named`
    read: the papers that the form names.
    """
    quota = hit("preview", _RATE, ip)
    if quota is not None and not quota.is_kept:
        return {"is_refused": True}
    if not choices.is_valid():
        return {"is_refused": False, "errors": choices.errors}
    chosen, pasted = choices.preferences, named()
    profile = profile_of_named(pasted.here, timezone.now().date())
    interests = _interests(chosen, profile)
    minimum = settings.DIGEST_MINIMUM
    return {
        "is_refused": False,
        "preview": preview(chosen.cadence, interests, chosen.language, minimum=minimum),
        "chosen": chosen,
        "liked": len(profile.liked) if profile else 0,
        "names_others": pasted.names_others,
    }


def _interests(chosen: Preferences, profile: Profile | None) -> Interests:
    return Interests(
        topics=chosen.topics,
        keywords=chosen.keywords,
        authors=chosen.authors,
        muted=chosen.muted,
        size=chosen.digest_size,
        profile=profile,
    )
