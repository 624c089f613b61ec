"""What all responses under /api/ share.

The rate limit of a network is counted before any other work; pages of any host may read (CORS);
an unchanged response is answered 304; every error is JSON; HEAD is GET without the body.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from web.conditional import revalidate, without_body
from web.page_cache.encodings import compress
from web.rate_limit import Quota, hit

PREFIX: Final = "/api/"
_METHODS: Final = "GET, HEAD, OPTIONS"
_FRESH: Final = "public, max-age=60"  # signals are read hourly: a minute makes no difference
_OPEN: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
}
_PREFLIGHT: Final = {
    "Allow": _METHODS,
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_REASONS: Final = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address. /api/docs shows what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The API can be read only: GET, HEAD or OPTIONS.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here. It was logged; try again later.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database cannot be reached. Try again in a minute.",
}


class ApiMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if request.method == "OPTIONS":
            response: HttpResponseBase = HttpResponse(status=204, headers=_PREFLIGHT)
        else:
            response = self._rate_limited(request)
        for name, value in _OPEN.items():
            response[name] = value
        if isinstance(response, HttpResponse) and response.content:
            response.setdefault("Content-Length", str(len(response.content)))
        return response

    def _rate_limited(self, request: HttpRequest) -> HttpResponseBase:
        quota = hit("api", settings.API_RATE, request.META.get("REMOTE_ADDR", ""))
        if quota is None:
            return self._respond(request)
        response = self._respond(request) if quota.is_kept else too_many(quota)
        # In the form that huggingface_hub reads.
        response["RateLimit"] = f'"api";r={quota.remaining};t={quota.wait}'
        response["RateLimit-Policy"] = f'"api";q={quota.limit};w={quota.window}'
        return response

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"  # the endpoints accept no other method
        response = self.get_response(request)
        if response.status_code >= 400:
            response = as_json(response)
        elif isinstance(response, HttpResponse) and response.status_code == 200:
            response.setdefault("Cache-Control", _FRESH)
            response = revalidate(request, response)
        if isinstance(response, HttpResponse):
            compress(request, response)  # all of it is public
        if is_head and isinstance(response, HttpResponse):
            return without_body(response)
        return response


def too_many(quota: Quota) -> HttpResponse:
    """429, with the seconds after which a request passes again."""
    reason = f"Too many requests from your network. Try again in {quota.wait} s."
    response = JsonResponse({"error": reason}, status=429)
    response["Retry-After"] = str(quota.wait)
    response["Cache-Control"] = "no-store"
    return response


def as_json(response: HttpResponseBase) -> HttpResponseBase:
    """An error as JSON, with the headers that belong to its status, and kept by no cache.

    An endpoint's own JSON stays, and with DEBUG the traceback of a 500.
    """
    is_trace = settings.DEBUG and response.status_code >= 500
    if not is_trace and response.get("Content-Type", "") != "application/json; charset=utf-8":
        status = HTTPStatus(response.status_code)
        reason = _REASONS.get(status, status.phrase)
        response = JsonResponse({"error": reason}, status=status)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            response["Allow"] = _METHODS
    response["Cache-Control"] = "no-store"
    return response
