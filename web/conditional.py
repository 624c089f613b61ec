"""Conditional requests: a client that has the current page gets 304 and no body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import blake2b
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import parse_http_date_safe

from web.page_cache.addresses import PublicPage, mark
from web.stamps import without_stamps

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def public_pages(
    parameters: Mapping[str, str],
    *,
    is_shared: bool = True,
    drops_others: bool = True,
    max_age: int = 0,
) -> Callable[[View[P]], View[P]]:
    """`revalidated`, with the query parameters that make another page.

    Args:
        parameters: their names, each with a pattern of its values; a request with another value is
            rendered each time.
        is_shared: False where anybody can make up addresses of pages, as in a search.
        drops_others: the view reads no other parameter; else others are rendered each time.
        max_age: seconds for which a client or a proxy may show the page without asking again.
    """
    how = PublicPage(parameters, is_complete=drops_others, is_shared=is_shared)

    def decorate(view: View[P]) -> View[P]:
        page = _conditional(view, max_age)
        mark(page, how)
        return page

    return decorate


def revalidated(view: View[P]) -> View[P]:
    """Give a read-only page an ETag and `Cache-Control: public, no-cache`.

    For pages that are the same for every visitor and set no cookie, so that any cache may keep
    them, and ours does (`web.page_cache`): what the view reads of the request is the path, the
    language, and, if it is not decorated with `public_pages`, the parameters `page` and `view`.
    """
    page = _conditional(view)
    mark(page, PublicPage())
    return page


def _conditional(view: View[P], max_age: int = 0) -> View[P]:
    control = {"public": True, **({"max_age": max_age} if max_age else {"no_cache": True})}

    @wraps(view)
    def conditional(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, **control)
        return revalidate(request, response)

    return conditional


def revalidate(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response with an ETag; 304 when the request's validators match it.

    If-None-Match is compared with the ETag, If-Modified-Since with Last-Modified where the
    response has one. HEAD gets no body.
    """
    unstamped = without_stamps(response.content)
    tag = f'"{blake2b(unstamped, digest_size=12).hexdigest()}"'
    if unstamped != response.content:
        tag = f"W/{tag}"  # the same page, not byte by byte: its form says when it was served
    response["ETag"] = tag
    changed = parse_http_date_safe(response.get("Last-Modified", ""))
    checked = get_conditional_response(request, etag=tag, last_modified=changed, response=response)
    if request.method == "HEAD" and checked is response:
        return without_body(response)
    # get_conditional_response returns None only when no response is given.
    return checked if isinstance(checked, HttpResponse) else response


def without_body(response: HttpResponse) -> HttpResponse:
    """The answer to HEAD: the length of the body without the body.

    gunicorn logs an error for a HEAD response that has one.
    """
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response
