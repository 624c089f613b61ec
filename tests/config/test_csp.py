"""The admin's two exceptions from the policy, and that no other page has them."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve

from config.csp import SitePolicyMiddleware


def policy_of(path: str, response: HttpResponse | None = None) -> dict[str, str]:
    """The directives that the middleware sets on the answer of the view at `path`."""
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    answer = response or HttpResponse()
    middleware = SitePolicyMiddleware(lambda _request: answer)
    middleware.process_request(request)
    header = middleware.process_response(request, answer).headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/papers/paper/"])
def test_the_admin_may_evaluate_expressions_and_set_styles(path: str) -> None:
    policy = policy_of(path)
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"


def test_the_admin_may_run_no_inline_script() -> None:
    assert "unsafe-inline" not in policy_of("/admin/")["script-src"]


def test_the_rest_of_the_policy_holds_in_the_admin_too() -> None:
    strict = policy_of("/")
    admin = policy_of("/admin/")
    assert {name: admin[name] for name in strict} == strict


@pytest.mark.parametrize("path", ["/", "/mailbox/"])
def test_every_other_page_keeps_the_strict_policy(path: str) -> None:
    policy = policy_of(path)
    assert policy["default-src"] == "'self'"
    assert "script-src" not in policy
    assert "style-src" not in policy


def test_a_pages_own_addition_is_kept() -> None:
    response = HttpResponse()
    response._csp_update = {"frame-src": ["'none'"]}  # type: ignore[attr-defined]
    policy = policy_of("/admin/", response)
    assert policy["frame-src"] == "'none'"
    assert "'unsafe-eval'" in policy["script-src"]


@pytest.mark.django_db
def test_a_page_that_does_not_exist_keeps_the_strict_policy(client: Client) -> None:
    header = client.get("/no-such-page-here/").headers["Content-Security-Policy"]
    assert "unsafe" not in header
