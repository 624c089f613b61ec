"""The webhook to which the mail provider posts its events: django-anymail's view, with a secret.

`/anymail/PROVIDER/tracking/` exists for the provider in the settings only, and only while
ANYMAIL_WEBHOOK_SECRET is set. The secret is checked before the request's body is read: not every
provider signs its events, and not every signature is checked.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from anymail.exceptions import AnymailAPIError
from anymail.signals import AnymailTrackingEvent
from anymail.utils import get_request_basic_auth
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

logger = logging.getLogger(__name__)
# What reading a value that is missing, or of another type, raises; a number or a day out of range;
# JSON that is nested too deeply; and a kind of message that django-anymail does not know.
_MALFORMED: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    AssertionError,  # of django-anymail
    AnymailAPIError,
)
View = Callable[[HttpRequest], HttpResponse]


@csrf_exempt  # a provider has no cookie; the secret is the proof
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """Pass a provider's request on to django-anymail's view; 401 or 403 without the secret."""
    return answer(request, view_class(provider) if provider == settings.MAIL_PROVIDER else None)


def answer(request: HttpRequest, found: type[AnymailCoreWebhookView] | None) -> HttpResponse:
    """Pass a request on to this view of django-anymail, if it has the secret."""
    if found is None or not secrets():
        raise Http404("Nothing of this provider is expected here.")
    if request.method == "POST" and not _has_secret(request):
        return _unauthorized(request)
    view: View = strict(found).as_view()  # type: ignore[arg-type]  # a class is hashable
    return view(request)


def secrets() -> list[str]:
    """The valid values of `user:password`: several while the secret is being changed."""
    given = settings.ANYMAIL.get("WEBHOOK_SECRET") or []
    # One that was read as JSON may be anything; what is no list of texts fails its check.
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


def view_class(provider: str) -> type[AnymailCoreWebhookView] | None:
    """django-anymail's view for a provider's events; None where it has none."""
    return view_named(provider, ("TrackingWebhookView", "CombinedWebhookView"))


@cache
def view_named(provider: str, ends: tuple[str, ...]) -> type[AnymailCoreWebhookView] | None:
    """The view of a provider in django-anymail whose name ends like this."""
    name = f"anymail.webhooks.{provider}"
    if not provider.isidentifier() or find_spec(name) is None:
        return None
    # One module: anymail.urls would import the views of all providers, and Amazon's client.
    classes = inspect.getmembers(import_module(name), inspect.isclass)
    views = (view for label, view in classes if label.endswith(ends))
    return next((view for view in views if view.__module__ == name), None)


class _Strict(AnymailCoreWebhookView):  # type: ignore[misc]  # it has no types
    """django-anymail's views fail with 500 where a part of the JSON is missing or malformed.

    400 says that sending it again will not help. An error while an event is stored stays a 500.
    """

    def run_validators(self, request: HttpRequest) -> None:
        with _malformed_is_400(self.esp_name):
            super().run_validators(request)

    def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
        with _malformed_is_400(self.esp_name):
            return list(super().parse_events(request))


@cache
def strict(found: type[AnymailCoreWebhookView]) -> type[AnymailCoreWebhookView]:
    """The same view, which refuses what it cannot read."""
    return type(f"Strict{found.__name__}", (_Strict, found), {})


@contextmanager
def _malformed_is_400(provider: str) -> Iterator[None]:
    try:
        yield
    except _MALFORMED as error:
        # Its text may quote the request, and with that an address.
        logger.warning("A request of %s cannot be read: %s", provider, type(error).__name__)
        raise BadRequest("This is not what the provider documents.") from error


def _has_secret(request: HttpRequest) -> bool:
    shown = get_request_basic_auth(request) or ""
    return any(constant_time_compare(shown, secret) for secret in secrets())


def _unauthorized(request: HttpRequest) -> HttpResponse:
    """401 without a secret, since some providers send it only after that; 403 with a wrong one."""
    if "Authorization" in request.headers:
        return HttpResponse("Wrong secret.\n", status=403, content_type="text/plain")
    headers = {"WWW-Authenticate": 'Basic realm="events"', "Content-Type": "text/plain"}
    return HttpResponse("The secret is missing.\n", status=401, headers=headers)
