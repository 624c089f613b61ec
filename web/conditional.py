"""Let a browser ask whether a page changed, and answer 304 in a few bytes when it did not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import parse_http_date_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def revalidated(view: View[P]) -> View[P]:
    """Give a page that only reads an ETag and `Cache-Control: public, no-cache`.

    The page is the same for everybody and sets no cookie, so any cache may keep it.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, no_cache=True)
        return revalidate(request, response)

    return answer


def revalidate(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response with an ETag, or 304 for who has it: by that, or by its Last-Modified."""
    tag = f'"{blake2b(response.content, digest_size=12).hexdigest()}"'
    response["ETag"] = tag
    changed = parse_http_date_safe(response.get("Last-Modified", ""))
    answered = get_conditional_response(request, etag=tag, last_modified=changed, response=response)
    if request.method == "HEAD" and answered is response:
        # As long as the page, without it: gunicorn complains of a body that nobody asked for.
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    # Only streams and redirects to None: with a response given there is always one.
    return answered if isinstance(answered, HttpResponse) else response
