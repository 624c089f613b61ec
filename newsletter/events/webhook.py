"""Where the mail provider reports what became of mails: django-anymail's view, behind a gate.

`/anymail/PROVIDER/tracking/` is there for the provider in the settings only, and only once
ANYMAIL_WEBHOOK_SECRET is set. The secret is asked for before anything of a request is read:
not every provider signs its reports, and not every signature is checked.
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
    """Hand a report of the provider on to its receiver; 401 or 403 without the secret."""
    found = view_class(provider) if provider == settings.MAIL_PROVIDER else None
    if found is None or not secrets():
        raise Http404("This provider is not awaited here.")
    if request.method == "POST" and not _knows_a_secret(request):
        return _refusal(request)
    view: View = found.as_view()
    return view(request)


def secrets() -> list[str]:
    """The words of `user:password` of which each opens the door: several while one is changed."""
    given = settings.ANYMAIL.get("WEBHOOK_SECRET") or []
    return [given] if isinstance(given, str) else [str(one) for one in given]


@cache
def view_class(provider: str) -> type[AnymailCoreWebhookView] | None:
    """django-anymail's view for a provider's reports; None where it has none."""
    name = f"anymail.webhooks.{provider}"
    if not provider.isidentifier() or find_spec(name) is None:
        return None
    # One module, not anymail.urls: that loads every provider's, and Amazon's client with them.
    classes = inspect.getmembers(import_module(name), inspect.isclass)
    ours = (
        one
        for label, one in classes
        if label.endswith(("TrackingWebhookView", "CombinedWebhookView"))
    )
    return next((one for one in ours if one.__module__ == name), None)


def _knows_a_secret(request: HttpRequest) -> bool:
    shown = get_request_basic_auth(request) or ""
    return any(constant_time_compare(shown, secret) for secret in secrets())


def _refusal(request: HttpRequest) -> HttpResponse:
    """Some send the secret only once they were asked for it, with a 401."""
    if "Authorization" in request.headers:
        return HttpResponse("Wrong secret.\n", status=403, content_type="text/plain")
    headers = {"WWW-Authenticate": 'Basic realm="reports"'}
    return HttpResponse("Secret?\n", status=401, content_type="text/plain", headers=headers)
