"""How the pages of a subscription answer: a template, or the page again by GET."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render


def see_other(name: str, token: str, query: str = "") -> HttpResponseRedirect:
    """Show the page again by GET, so that a reload repeats nothing."""
    answer = redirect(name, token)
    answer["Location"] += query
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def render_page(
    request: HttpRequest, name: str, status: HTTPStatus = HTTPStatus.OK, **context: object
) -> HttpResponse:
    """The template pages/subscribers/NAME.html."""
    return render(request, f"pages/subscribers/{name}.html", context, status=status)
