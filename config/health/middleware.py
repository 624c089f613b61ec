"""Three addresses for monitoring.

`/healthz`: this process answers. `/readyz`: all that work needs is there, or a line for each fault;
`/readyz?for=pages`: what pages need, for a load balancer. `/metrics`: how far the mails are, for a
client with the token (newsletter/metrics.py). A middleware answers them, before ALLOWED_HOSTS and
the redirect to HTTPS apply: config/urls.py comes after both, and a probe knows neither the site's
host name nor its certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from config.health import parts
from config.health.asking import ask
from newsletter import metrics

# Probes wait for a few seconds at most, and an answer that comes too late is none.
_SECONDS: Final = 1.6


class HealthMiddleware:
    """The first middleware: these addresses need none of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return _plain("ok", 200)
        if request.path_info == "/readyz":
            is_for_pages = request.GET.get("for") == "pages"
            found = faults(parts.FOR_PAGES if is_for_pages else parts.ALL)
            return _plain("\n".join(found), 503) if found else _plain("ok", 200)
        if request.path_info == "/metrics":
            return metrics.view(request)
        return self.get_response(request)


def faults(asked: dict[str, parts.Part]) -> list[str]:
    """A line for each fault, in the order of the parts; none when all is well."""
    lines: list[str] = []
    for name, answer in ask(asked, _SECONDS).items():
        lines += [f"no {name}: no answer in {_SECONDS:g} s"] if answer is None else answer
    return lines


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
