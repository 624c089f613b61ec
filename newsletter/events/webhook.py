"""The webhook to which the mail provider posts its events: django-anymail's view, with a secret.

`/anymail/PROVIDER/tracking/` exists for the provider in the settings only, and only while
ANYMAIL_WEBHOOK_SECRET is set. The secret is checked before the request's body is read: not every
provider signs its events, and not every signature is checked.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from anymail.utils import get_request_basic_auth
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

View = Callable[[HttpRequest], HttpResponse]


@csrf_exempt  # a provider has no cookie; the secret is the proof
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """Pass a provider's request on to django-anymail's view; 401 or 403 without the secret."""
    found = view_class(provider) if provider == settings.MAIL_PROVIDER else None
    if found is None or not secrets():
        raise Http404("No events of this provider are expected here.")
    if request.method == "POST" and not _has_secret(request):
        return _unauthorized(request)
    view: View = found.as_view()
    return view(request)


def secrets() -> list[str]:
    """The valid values of `user:password`: several while the secret is being changed."""
    given = settings.ANYMAIL.get("WEBHOOK_SECRET") or []
    return [given] if isinstance(given, str) else [str(one) for one in given]


@cache
def view_class(provider: str) -> type[AnymailCoreWebhookView] | None:
    """django-anymail's view for a provider's events; None where it has none."""
    name = f"anymail.webhooks.{provider}"
    if not provider.isidentifier() or find_spec(name) is None:
        return None
    # One module: anymail.urls would import the views of all providers, and Amazon's client.
    classes = inspect.getmembers(import_module(name), inspect.isclass)
    views = (
        view
        for label, view in classes
        if label.endswith(("TrackingWebhookView", "CombinedWebhookView"))
    )
    return next((view for view in views if view.__module__ == name), None)


def _has_secret(request: HttpRequest) -> bool:
    shown = get_request_basic_auth(request) or ""
    return any(constant_time_compare(shown, secret) for secret in secrets())


def _unauthorized(request: HttpRequest) -> HttpResponse:
    """401 without a secret, since some providers send it only after that; 403 with a wrong one."""
    if "Authorization" in request.headers:
        return HttpResponse("Wrong secret.\n", status=403, content_type="text/plain")
    headers = {"WWW-Authenticate": 'Basic realm="events"', "Content-Type": "text/plain"}
    return HttpResponse("The secret is missing.\n", status=401, headers=headers)
