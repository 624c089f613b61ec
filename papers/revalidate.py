"""Let a browser ask whether a page changed, and answer 304 in a few bytes when it did not."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
_TOKEN: Final = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[^"]*')


def revalidated(view: View[P]) -> View[P]:
    """Give a page that only reads an ETag and `Cache-Control: private, no-cache`.

    The page stays private because its form carries the visitor's CSRF token.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        tag = _etag(response.content, str(request.META.get("CSRF_COOKIE", "")))
        response["ETag"] = tag
        answered = get_conditional_response(request, etag=tag, response=response)
        if request.method == "HEAD" and answered is response:
            # As long as the page, without it: gunicorn complains of a body that nobody asked for.
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        # Only streams and redirects to None: with a response given there is always one.
        return answered if isinstance(answered, HttpResponse) else response

    return answer


def _etag(body: bytes, secret: str) -> str:
    """Weak, for the CSRF token is masked anew in every response and left out here.

    The secret behind it counts: a browser that lost its cookie must get a new form, not
    be told that the old one, which would be refused, is still good.
    """
    digest = blake2b(_TOKEN.sub(b"", body), key=secret.encode()[:64], digest_size=12)
    return f'W/"{digest.hexdigest()}"'
