"""The API: its routers, its errors as JSON, and its documentation page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from config.api.docs_page import DocsPage
from newsletter.api import router as editions
from papers.api.router import router as papers

api: Final = NinjaAPI(
    title="Trending Papers",
    version="1",
    description=(
        "Trending research papers, their topics, the parts of their scores, and the frozen "
        "editions. The papers endpoints answer as Hugging Face's do, so that its client works."
    ),
    urls_namespace="api",
    docs=DocsPage(),
)
api.add_router("", papers)
api.add_router("/editions", editions)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return api.create_response(request, {"error": str(error)}, status=error.status_code)


@api.exception_handler(ValidationError)
def invalid_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return api.create_response(request, {"error": describe(error.errors)}, status=400)


def describe(errors: Sequence[dict[str, Any]]) -> str:
    """The error of each parameter: "limit: input should be a valid integer; p: …"."""
    return "; ".join(f"{error['loc'][-1]}: {_lower(error['msg'])}" for error in errors) + "."


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
