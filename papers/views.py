"""The lists of papers and the search. They only read; a wrong address is a 404 with its reason."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from papers.list_urls import FRONT_WINDOW
from papers.models import Topic
from papers.pages.lists import ListAddress, list_page
from papers.pages.paging import NoSuchPage, page_number
from papers.pages.search import PARAMETERS, search_page
from papers.pages.topics import topics_page
from papers.windows import EARLIEST_DAY, Window
from web.atom import absolute
from web.conditional import public_pages
from web.page_cache.addresses import LISTS


@require_safe
@public_pages(LISTS)
def front(request: HttpRequest) -> HttpResponse:
    return _list(request, FRONT_WINDOW)


@require_safe
@public_pages(LISTS)
def latest(request: HttpRequest, window: Window) -> HttpResponse:
    return _list(request, window)


@require_safe
@public_pages(LISTS)
def dated(request: HttpRequest, window: Window, day: str) -> HttpResponse:
    return _list(request, window, day)


@require_safe
@public_pages(LISTS)
def topic(request: HttpRequest, slug: str, window: Window = FRONT_WINDOW) -> HttpResponse:
    return _list(request, window, topic=_topic(slug))


@require_safe
@public_pages(LISTS)
def topic_dated(request: HttpRequest, slug: str, window: Window, day: str) -> HttpResponse:
    return _list(request, window, day, _topic(slug))


@require_safe
@public_pages({})
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/papers/topics.html", {"page": topics_page(timezone.now())})


@require_safe
@public_pages(PARAMETERS, is_shared=False)
def search(request: HttpRequest) -> HttpResponse:
    try:
        page = search_page(request.GET, timezone.now())
    except NoSuchPage as error:
        raise Http404(str(error)) from None
    if page.exact_match:
        return redirect(page.exact_match)
    return render(request, "pages/papers/search.html", {"page": page})


@require_safe
@cache_control(public=True, max_age=86_400)
def robots(_request: HttpRequest) -> HttpResponse:
    """Crawlers may read the pages of papers, which the sitemap lists, but not the admin.

    Nor the search: each query is an address of its own, so a crawler would never end.
    """
    disallowed = [reverse("admin:index"), reverse("papers:search")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in disallowed)]
    lines += ["", f"Sitemap: {absolute(reverse('newsletter:sitemap'))}"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain")


def _list(
    request: HttpRequest, window: Window, day: str = "", topic: Topic | None = None
) -> HttpResponse:
    """The list at the address of this request; `?page=2` and `?view=compact` are parts of it."""
    now = timezone.now()
    try:
        address = ListAddress(
            window=window,
            day=_day(day, now.date()) if day else None,
            topic=topic,
            number=page_number(request.GET.get("page", "")),
            is_compact=request.GET.get("view") == "compact",
        )
        page = list_page(address, now=now)
    except NoSuchPage as error:
        raise Http404(str(error)) from None
    template = "pages/papers/list.html" if page.papers else "pages/papers/empty.html"
    return render(request, template, {"page": page})


def _topic(slug: str) -> Topic:
    try:
        return Topic.objects.get(slug=slug, is_active=True)
    except Topic.DoesNotExist:
        raise Http404(_("There is no topic “%(slug)s”.") % {"slug": slug}) from None


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        text = _("“%(text)s” is no day. Write a day like %(today)s.") % {
            "text": text,
            "today": today.isoformat(),
        }
        raise Http404(text) from None
    if day.isoformat() != text:  # 20261120 is ISO 8601 too, but one page has one address
        raise Http404(_("Write the day as %(day)s.") % {"day": day.isoformat()})
    if day < EARLIEST_DAY:
        raise Http404(_("There are no papers before %(year)d.") % {"year": EARLIEST_DAY.year})
    if day > today:
        raise Http404(_("%(day)s has not come yet.") % {"day": date_format(day, _("j F Y"))})
    return day
