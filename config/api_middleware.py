"""What every answer under /api/ has in common, whichever endpoint gives it.

A network is counted before any work is done; any page of any host may read; an answer that did
not change is not sent again; every error is JSON; HEAD is answered like GET, without a body.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from web.rate_limit import Quota, hit

PREFIX: Final = "/api/"
_METHODS: Final = "GET, HEAD, OPTIONS"
_FRESH: Final = "public, max-age=60"  # signals are read hourly: a minute is no loss to anyone
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
}


class ApiGateMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if request.method == "OPTIONS":
            answer: HttpResponseBase = HttpResponse(status=204, headers=_PREFLIGHT)
        else:
            answer = self._counted(request)
        for name, value in _OPEN.items():
            answer[name] = value
        if isinstance(answer, HttpResponse) and answer.content:
            answer.setdefault("Content-Length", str(len(answer.content)))
        return answer

    def _counted(self, request: HttpRequest) -> HttpResponseBase:
        quota = hit("api", settings.API_RATE, request.META.get("REMOTE_ADDR", ""))
        if quota is None:
            return self._answered(request)
        answer = self._answered(request) if quota.is_kept else too_many(quota)
        # In the form that huggingface_hub reads.
        answer["RateLimit"] = f'"api";r={quota.remaining};t={quota.wait}'
        answer["RateLimit-Policy"] = f'"api";q={quota.limit};w={quota.window}'
        return answer

    def _answered(self, request: HttpRequest) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"  # the endpoints know no other
        answer = self.get_response(request)
        if answer.status_code >= 400:
            answer = as_json(answer)
        elif isinstance(answer, HttpResponse) and answer.status_code == 200:
            answer = revalidated(request, answer)
        return without_body(answer) if is_head else answer


def too_many(quota: Quota) -> HttpResponse:
    reason = f"Too many requests from your network. Try again in {quota.wait} s."
    answer = JsonResponse({"error": reason}, status=429)
    answer["Retry-After"] = str(quota.wait)
    answer["Cache-Control"] = "no-store"
    return answer


def as_json(answer: HttpResponseBase) -> HttpResponseBase:
    """An error as JSON, with the headers that belong to its status, and kept by no cache."""
    is_trace = settings.DEBUG and answer.status_code >= 500
    if not is_trace and answer.get("Content-Type", "") != "application/json; charset=utf-8":
        status = HTTPStatus(answer.status_code)
        told = JsonResponse({"error": _REASONS.get(status, status.phrase)}, status=status)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            told["Allow"] = _METHODS
        answer = told
    answer["Cache-Control"] = "no-store"
    return answer


def revalidated(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """With an ETag and a minute in any cache; 304 when the client has just this answer."""
    answer.setdefault("Cache-Control", _FRESH)
    tag = f'"{blake2b(answer.content, digest_size=12).hexdigest()}"'
    answer["ETag"] = tag
    checked = get_conditional_response(request, etag=tag, response=answer)
    # Only streams and redirects to None: with a response given there is always one.
    return checked if isinstance(checked, HttpResponse) else answer


def without_body(answer: HttpResponseBase) -> HttpResponseBase:
    """What HEAD gets: the length of the answer, and nothing else of it."""
    if isinstance(answer, HttpResponse):
        answer["Content-Length"] = str(len(answer.content))
        answer.content = b""
    return answer
