"""The public pages of editions. All of them only read, and are the same for every visitor."""

from __future__ import annotations

from datetime import date

from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter.editions.cards.stored import edition_card
from newsletter.editions.windows import page_of
from newsletter.models import Edition
from newsletter.pages.archive import archive_page, archive_path
from newsletter.pages.edition import edition_page
from newsletter.pages.published import newest, published
from newsletter.pages.sample_mail import NoMail
from newsletter.pages.sample_mail import sample_mail as mail_of
from papers.cards.stored import CARD_SECONDS
from papers.pages.paging import NoSuchPage, page_number
from web.conditional import public_pages, revalidate
from web.page_cache.addresses import NUMBERED


@require_safe
@public_pages(NUMBERED)
def editions(request: HttpRequest, cadence: str = "") -> HttpResponse:
    """The archive of all editions, or of those of one cadence."""
    try:
        page = archive_page(cadence, _page_number(request))
    except InvalidPage:
        raise Http404(_("The archive has no such page.")) from None
    return render(request, "pages/editions/archive.html", {"page": page})


@require_safe
@public_pages({})
def latest(request: HttpRequest, cadence: str) -> HttpResponse:
    """Redirect to the newest edition of a cadence; to its archive before there is one."""
    edition = newest(cadence)
    return redirect(page_of(edition) if edition else archive_path(cadence))


@require_safe
@public_pages(NUMBERED)
def edition(request: HttpRequest, cadence: str, day: str) -> HttpResponse:
    found = _edition(cadence, day)
    try:
        page = edition_page(found, _page_number(request))
    except InvalidPage:
        raise Http404(_("This edition has no such page.")) from None
    return render(request, "pages/editions/edition.html", {"page": page})


@require_safe
@public_pages({})
def sample_mail(request: HttpRequest, cadence: str, day: str) -> HttpResponse:
    """The mail of an edition, as a reader who follows everything gets it."""
    try:
        mail = mail_of(_edition(cadence, day))
    except NoMail:
        raise Http404(_("There is no mail of this edition that can be shown.")) from None
    return render(request, "pages/editions/mail.html", {"mail": mail})


@require_safe
def card(request: HttpRequest, cadence: str, day: str) -> HttpResponse:
    """The share card of an edition; the site's own where none was drawn."""
    response = HttpResponse(edition_card(_edition(cadence, day)), content_type="image/png")
    patch_cache_control(response, public=True, max_age=CARD_SECONDS)
    return revalidate(request, response)


def _edition(cadence: str, day: str) -> Edition:
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        raise Http404(_("“%(text)s” is no day.") % {"text": day}) from None
    if asked.isoformat() != day:  # 20261120 is ISO 8601 too, but one page has one address
        raise Http404(_("Write the day as %(day)s.") % {"day": asked.isoformat()})
    found = published(cadence).filter(day=asked).first()
    if found is None:
        raise Http404(_("There is no edition of this day."))
    return found


def _page_number(request: HttpRequest) -> int:
    try:
        return page_number(request.GET.get("page", ""))
    except NoSuchPage as error:
        raise Http404(str(error)) from None
