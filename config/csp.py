"""The Content-Security-Policy: strict on every page, with two exceptions under /admin/ only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from csp.middleware import PolicyParts

# Unfold's pages use Alpine, which evaluates expressions in attributes, and set their colours in
# a <style>.
ADMIN_POLICY: Final = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}


class SitePolicyMiddleware(CSPMiddleware):
    """django-csp's middleware, with the exceptions for the admin."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        match = request.resolver_match
        if match is not None and match.app_name == "admin":
            parts.update = {**ADMIN_POLICY, **(parts.update or {})}
        return parts
