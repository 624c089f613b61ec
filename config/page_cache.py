"""Public pages from the cache, before most other middlewares work on a request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from web.page_cache.serve import serve


class PageCacheMiddleware:
    """What is kept is the answer of all middlewares below, with the headers that they set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return serve(request, self.get_response)
