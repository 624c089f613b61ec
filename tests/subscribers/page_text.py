"""What the tests of the pages share: the paths behind signed links, the choices."""

from __future__ import annotations

from html import unescape

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from subscribers import tokens
from subscribers.models import Subscriber
from tests.factories import make_subscriber

ADA = "ada@example.com"
CHOICES = {
    "cadence": "daily",
    "weekday": "4",
    "hour": "6",
    "timezone": "Asia/Kolkata",
    "digest_size": "5",
}


def text_of(answer: HttpResponseBase) -> str:
    """The page with its entities decoded."""
    assert isinstance(answer, HttpResponse)
    return unescape(answer.content.decode())


def confirm_path(subscriber: Subscriber) -> str:
    return f"/confirm/{tokens.make('confirm', subscriber)}/"


def preferences_path(subscriber: Subscriber) -> str:
    return f"/preferences/{tokens.make('preferences', subscriber)}/"


def make_pending(email: str = ADA) -> Subscriber:
    return make_subscriber(email, state=Subscriber.State.PENDING)
