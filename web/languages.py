"""The languages of pages and mails: which ones there are, and which one a visitor asks for.

What the browser prefers decides the language of a page, and nothing else: no cookie, no session, no
path. So a page can be kept by any cache for all visitors of one language, which
`Vary: Accept-Language` says. What programs read, the admin and the local mailbox are English for
everybody, and say nothing of languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import override
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

# That of the texts in the code, and of what the database holds in words; so no setting changes it.
DEFAULT_LANGUAGE: Final = "en"
_LONGEST_HEADER: Final = 501  # Django looks at 500 characters, to the last comma in them
LONGEST_CODE: Final = 12  # of a language: "de", "pt-br", "zh-hant"
# The admin's own words are English: Django's and Unfold's German would stand between them.
_ENGLISH: Final = re.compile(
    r"/(?:admin|anymail|api|mailbox|static)(?:/|\Z)|/(?:healthz|readyz|metrics)\Z"
    r"|.*\.(?:atom|bib|css|ico|js|json|md|png|ris|svg|txt|webmanifest|xml)\Z",
    re.DOTALL,
)


def language_choices() -> list[tuple[str, str]]:
    """The languages as a form offers them: [("en", "English"), ("de", "Deutsch")].

    A model takes this function and not the list: a new language then needs no migration.
    """
    return [*settings.LANGUAGES]


@cache
def language_codes() -> frozenset[str]:
    """The codes of these languages."""
    return frozenset(code for code, _ in settings.LANGUAGES)


def usable_language(code: str) -> str:
    """The language itself, or the default one if this site does not have it, or not any more."""
    return code if code in language_codes() else DEFAULT_LANGUAGE


def accepted_language(header: str) -> str:
    """The language of the site that an Accept-Language header prefers.

    A regional form is its language: `de-AT` is `de`. What is unknown, malformed or excluded by
    `q=0` does not count; if nothing is left, it is the default language.
    """
    return _preferred(header[:_LONGEST_HEADER])


@lru_cache(maxsize=1_000)  # browsers send few different ones
def _preferred(header: str) -> str:
    for code, weight in parse_accept_lang_header(header):
        if code == "*":
            break
        try:
            if weight > 0:
                return get_supported_language_variant(code)
        except LookupError:
            continue
    return DEFAULT_LANGUAGE


class LanguageMiddleware:
    """Activates the language of the request, and takes it back: the next one has its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_english(request.path_info):
            return self._respond(request, DEFAULT_LANGUAGE)
        language = accepted_language(request.headers.get("Accept-Language", ""))
        response = self._respond(request, language)
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", language)
        return response

    def _respond(self, request: HttpRequest, language: str) -> HttpResponseBase:
        request.LANGUAGE_CODE = language
        with override(language):
            return self.get_response(request)


def is_english(path: str) -> bool:
    """Whether what is at this path is English for everybody."""
    return bool(_ENGLISH.match(path))
