"""A site whose pages count how often each is rendered, in place of the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path

from papers.page_version import page_version
from web.conditional import public_pages, revalidated
from web.page_cache import addresses
from web.page_cache.serve import PageCache, page_cache
from web.page_cache.versions import read_by

ROOT = "tests.web.page_cache.conftest"


@revalidated
def list_view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", list_view),
    path("other/", list_view),
    path("found/", public_pages({"q": ".{1,9}"}, is_shared=False)(list_view)),
    path("named/<str:name>/", list_view),
    path("private/", lambda _request: HttpResponse()),
]


class Site:
    """A site whose pages count how often each was rendered. `version` is that of its data."""

    def __init__(self) -> None:
        self.version: str | Exception = "1"
        self.rendered: list[str] = []
        self.seen: list[HttpRequest] = []
        self.before_it_ends: Callable[[], object] = lambda: None
        self.headers: dict[str, str] = {}
        self.status = 200
        self.view: Callable[[HttpRequest, HttpResponse], object] = lambda _request, _page: None

    def read(self) -> str:
        if isinstance(self.version, Exception):
            raise self.version
        return self.version

    def render(self, request: HttpRequest) -> HttpResponse:
        self.seen.append(request)
        self.rendered.append(request.get_full_path())
        page = HttpResponse(f"page of version {self.version} " * 30, status=self.status)
        plain = {"ETag": f'"{self.version}"', "Cache-Control": "public, no-cache"}
        for name, value in {**plain, **self.headers}.items():
            page[name] = value
        self.view(request, page)
        self.before_it_ends()
        return page

    def get(self, path: str = "/", cache: PageCache | None = None, **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = RequestFactory().get(path, headers=named)
        answer = (cache or page_cache(1)).serve(request, self.render)
        assert isinstance(answer, HttpResponse)
        return answer


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    settings.ROOT_URLCONF = ROOT
    settings.PAGE_VERSION_SECONDS = 0
    addresses._address_of.cache_clear()
    site = Site()
    read_by(site.read)
    yield site
    read_by(page_version)
    addresses._address_of.cache_clear()
