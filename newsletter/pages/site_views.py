"""The pages about the site, and what crawlers read. The same for every visitor."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from newsletter.pages.about import about_page
from newsletter.pages.feed_list import feeds_page
from newsletter.pages.privacy import privacy_page
from newsletter.pages.sitemap import NoSuchPart, sitemap_index, sitemap_part
from web.conditional import public_pages

_XML: Final = "application/xml; charset=utf-8"
_HOUR: Final = 3_600  # crawlers come once a day; a proxy in front may keep a sitemap


@require_safe
@public_pages({})
def feeds(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/editions/feeds.html", {"page": feeds_page()})


@require_safe
@public_pages({})
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/editions/about.html", {"page": about_page()})


@require_safe
@public_pages({})
def forwarded(request: HttpRequest) -> HttpResponse:
    """For whom a reader's digest was forwarded to: what it is, and how to get an own one."""
    return render(request, "pages/editions/forwarded.html")


@require_safe
@public_pages({})
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/editions/privacy.html", {"page": privacy_page()})


@require_safe
@public_pages({}, max_age=_HOUR)
def sitemap(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(sitemap_index(), content_type=_XML)


@require_safe
@public_pages({}, max_age=_HOUR)
def part_of_sitemap(_request: HttpRequest, name: str) -> HttpResponse:
    try:
        return HttpResponse(sitemap_part(name), content_type=_XML)
    except NoSuchPart:
        raise Http404("There is no such part of the sitemap.") from None
