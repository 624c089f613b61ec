"""The pages about the site, and what crawlers read. The same for every visitor."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from newsletter.pages.about import about_page
from newsletter.pages.feed_list import feeds_page
from newsletter.pages.privacy import privacy_page
from newsletter.pages.sitemap import NoSuchPart, sitemap_index, sitemap_part
from web.conditional import revalidate, revalidated

_XML: Final = "application/xml; charset=utf-8"
_HOUR: Final = 3_600  # crawlers come once a day; a proxy in front may keep a sitemap


@require_safe
@revalidated
def feeds(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/editions/feeds.html", {"page": feeds_page()})


@require_safe
@revalidated
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/editions/about.html", {"page": about_page()})


@require_safe
@revalidated
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/editions/privacy.html", {"page": privacy_page()})


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return _sitemap(request, sitemap_index())


@require_safe
def part_of_sitemap(request: HttpRequest, name: str) -> HttpResponse:
    try:
        return _sitemap(request, sitemap_part(name))
    except NoSuchPart:
        raise Http404("There is no such part of the sitemap.") from None


def _sitemap(request: HttpRequest, xml: str) -> HttpResponse:
    response = HttpResponse(xml, content_type=_XML)
    patch_cache_control(response, public=True, max_age=_HOUR)
    return revalidate(request, response)
