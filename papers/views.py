"""The lists of papers and the search. They only read; a wrong address is a 404 with its reason."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from papers.list_urls import FRONT_WINDOW
from papers.models import Topic
from papers.pages.lists import ListPage, list_page
from papers.pages.search import NoSuchPage, search_page
from papers.windows import EARLIEST_DAY, Window
from web.conditional import revalidated


@require_safe
@revalidated
def front(request: HttpRequest) -> HttpResponse:
    return _list(request, list_page(FRONT_WINDOW, None, now=timezone.now()))


@require_safe
@revalidated
def latest(request: HttpRequest, window: Window) -> HttpResponse:
    return _list(request, list_page(window, None, now=timezone.now()))


@require_safe
@revalidated
def dated(request: HttpRequest, window: Window, day: str) -> HttpResponse:
    now = timezone.now()
    return _list(request, list_page(window, _day(day, now.date()), now=now))


@require_safe
@revalidated
def topic(request: HttpRequest, slug: str, window: Window = FRONT_WINDOW) -> HttpResponse:
    return _list(request, list_page(window, None, now=timezone.now(), topic=_topic(slug)))


@require_safe
@revalidated
def topic_dated(request: HttpRequest, slug: str, window: Window, day: str) -> HttpResponse:
    now = timezone.now()
    page = list_page(window, _day(day, now.date()), now=now, topic=_topic(slug))
    return _list(request, page)


@require_safe
@revalidated
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
    """Crawlers may read the pages of papers, but not the admin.

    Nor the search: each query is an address of its own, so a crawler would never end.
    """
    disallowed = [reverse("admin:index"), reverse("papers:search")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in disallowed)]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain")


def _list(request: HttpRequest, page: ListPage) -> HttpResponse:
    template = "pages/papers/list.html" if page.papers else "pages/papers/empty.html"
    return render(request, template, {"page": page})


def _topic(slug: str) -> Topic:
    try:
        return Topic.objects.get(slug=slug, is_active=True)
    except Topic.DoesNotExist:
        raise Http404(f"There is no topic “{slug}”.") from None


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404(f"“{text}” is no day. Write a day like {today.isoformat()}.") from None
    if day.isoformat() != text:  # 20261120 is ISO 8601 too, but one page has one address
        raise Http404(f"Write the day as {day.isoformat()}.")
    if day < EARLIEST_DAY:
        raise Http404(f"There are no papers before {EARLIEST_DAY.year}.")
    if day > today:
        raise Http404(f"{day:%-d %B %Y} has not come yet.")
    return day
