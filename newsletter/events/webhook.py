"""The webhook to which a mail provider posts its events: django-anymail's view, with a secret.

`/anymail/PROVIDER/tracking/` exists for the provider in the settings and for those that sent before
it, and only while ANYMAIL_WEBHOOK_SECRET is set. The secret is checked before the request's body is
read: not every provider signs its events, and not every signature is checked.
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

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError
from anymail.signals import AnymailTrackingEvent
from anymail.signals import tracking as tracking_signal
from anymail.utils import get_request_basic_auth
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from newsletter.events.receive import received

logger = logging.getLogger(__name__)
# What reading a value that is missing, or of another type, raises; a number or a day out of range;
# JSON that is nested too deeply; and a kind of message that django-anymail does not know.
_MALFORMED: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    AssertionError,  # of django-anymail
    AnymailAPIError,
    AnymailConfigurationError,  # an event of another kind, of incoming mail for instance
)
View = Callable[[HttpRequest], HttpResponse]


@csrf_exempt  # a provider has no cookie; the secret is the proof
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """Pass a provider's request on to django-anymail's view; 401 or 403 without the secret."""
    found = view_class(provider) if provider in accepted_providers() else None
    return answer(request, found)


def answer(request: HttpRequest, found: type[AnymailCoreWebhookView] | None) -> HttpResponse:
    """Pass a request on to this view of django-anymail, if it has the secret."""
    if found is None or not secrets():
        raise Http404("Nothing of this provider is expected here.")
    if request.method == "POST" and not _has_secret(request):
        return _unauthorized(request)
    view: View = strict(found).as_view(**_signed_url(request, found))  # type: ignore[arg-type]
    return view(request)


def accepted_providers() -> list[str]:
    """The providers whose events are expected: today's, and those that sent mail before it."""
    return [settings.MAIL_PROVIDER, *settings.FORMER_MAIL_PROVIDERS]


def _signed_url(request: HttpRequest, found: type[AnymailCoreWebhookView]) -> dict[str, str]:
    """The address that Mandrill signs: as it was entered there, with the secret in it.

    Not as it arrives here: a proxy in front may have changed its scheme, its host or its port.
    """
    if found.esp_name != "Mandrill":
        return {}
    scheme, _, rest = settings.SITE_URL.partition("://")
    secret = get_request_basic_auth(request) or ""
    return {"webhook_url": f"{scheme}://{secret}@{rest}{request.path}"}


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

    400 says that sending it again will not help. An error while an event is stored stays a 500. One
    malformed event of several is left out and logged: the others would be lost with it.
    """

    left_out: tuple[str, ...] = ()

    def post(self, request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        self.run_validators(request)
        events = self.parse_events(request)
        if events and self.signal is tracking_signal:
            received.send(sender=type(self), events=events, esp_name=self.esp_name)
        elif events:
            for event in events:
                self.signal.send(sender=type(self), event=event, esp_name=self.esp_name)
        return HttpResponse()

    def run_validators(self, request: HttpRequest) -> None:
        with _malformed_is_400(self.esp_name):
            super().run_validators(request)

    def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
        with _malformed_is_400(self.esp_name):
            found = [event for event in super().parse_events(request) if event is not None]
        if self.left_out:
            kinds = ", ".join(sorted(set(self.left_out)))
            logger.warning(
                "%s of the events of %s cannot be read: %s",
                len(self.left_out), self.esp_name, kinds,
            )  # fmt: skip
            if not found:
                raise BadRequest("This is not what the provider documents.")
        return found

    def esp_to_anymail_event(self, *args: object, **kwargs: object) -> AnymailTrackingEvent | None:
        try:
            return super().esp_to_anymail_event(*args, **kwargs)
        except _MALFORMED as error:
            # Its text may quote the event, and with that an address.
            self.left_out = (*self.left_out, type(error).__name__)
            return None


class _OwnTopics(AnymailCoreWebhookView):  # type: ignore[misc]  # it has no types
    """Amazon's view for the topics of SNS_TOPIC_ARNS. A subscription to any other is not confirmed,
    or who knows the secret could have their own events received here.
    """

    def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
        message = self._parse_sns_message(request)
        topic, allowed = message.get("TopicArn"), settings.SNS_TOPIC_ARNS
        is_subscription = message.get("Type") == "SubscriptionConfirmation"
        if topic in allowed or not (allowed or is_subscription):
            return list(super().parse_events(request))
        logger.warning("Amazon SNS: %.300r is no topic of SNS_TOPIC_ARNS, nothing was done", topic)
        raise BadRequest("This topic is not in SNS_TOPIC_ARNS.")


@cache
def strict(found: type[AnymailCoreWebhookView]) -> type[AnymailCoreWebhookView]:
    """The same view, which refuses what it cannot read."""
    bases = (_Strict, _OwnTopics, found) if found.esp_name == "Amazon SES" else (_Strict, found)
    return type(f"Strict{found.__name__}", bases, {})


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
